import { afterEach, describe, expect, it } from 'vitest';
import { answered, answering, brief, cleanUp, sha256, textOf, world } from '../../support/fetch-world.ts';
import { response } from '../../support/raw-server.ts';

afterEach(cleanUp);

describe('an answer', () => {
  it('comes with status, headers, body, hash and the way it came', async () => {
    const { host, fetchPage } = await answering(response(200, { 'Content-Type': 'text/plain' }, 'hello'));
    const outcome = answered(await fetchPage(host.url('/x?y=1')));
    expect(outcome).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain', 'content-length': '5' } });
    expect(outcome.body).toMatchObject({ truncated: false, sha256: sha256('hello') });
    expect(textOf(outcome)).toBe('hello');
    expect(outcome.trace).toMatchObject({ finalUrl: host.url('/x?y=1'), redirects: [], wireBytes: 5, bodyBytes: 5 });
    expect(host.heads[0]).toMatch(/^GET \/x\?y=1 HTTP\/1\.1\r\n/);
  });

  it('tells what a new connection took, and 0 for one that was kept', async () => {
    const { host, fetchPage } = await answering(response(200, {}, 'hello'));
    const first = answered(await fetchPage(host.url('/', 'localhost'))).trace.timings;
    expect(first.connectMs).toBeGreaterThan(0);
    expect(first.totalMs).toBeGreaterThanOrEqual(first.dnsMs + first.connectMs + first.ttfbMs);
    const second = answered(await fetchPage(host.url('/', 'localhost'))).trace.timings;
    expect(second).toMatchObject({ dnsMs: 0, connectMs: 0 });
    expect(host.connections()).toBe(1);
  });

  it('joins headers that came twice', async () => {
    const twice =
      'HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nVary: x\r\nvary: y\r\ncontent-length: 0\r\n\r\n';
    const { host, fetchPage } = await answering(twice);
    expect(answered(await fetchPage(host.url())).headers).toMatchObject({ 'set-cookie': 'a=1\nb=2', vary: 'x, y' });
  });

  it.each(['204 No Content', '304 Not Modified'])('of %s has no body, whatever its headers promise', async (status) => {
    const { host, fetchPage } = await answering(`HTTP/1.1 ${status}\r\ncontent-encoding: gzip\r\n\r\n`);
    expect(answered(await fetchPage(host.url())).body).toMatchObject({ truncated: false, sha256: sha256('') });
  });

  it('to HEAD has no body', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 99999999\r\n\r\n';
    const { host, fetchPage } = await answering(head);
    expect(answered(await fetchPage(host.url(), {}, { overrides: { method: 'HEAD' } })).trace.bodyBytes).toBe(0);
  });

  it('may be preceded by hints', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n';
    const { host, fetchPage } = await answering(Buffer.concat([Buffer.from(hint), response(200, {}, 'hello')]));
    expect(textOf(await fetchPage(host.url()))).toBe('hello');
  });

  it('may end with its connection', async () => {
    const { host, fetchPage } = await world(({ socket }) => socket.end('HTTP/1.0 200 OK\r\n\r\nhello'));
    expect(textOf(await fetchPage(host.url()))).toBe('hello');
  });
});

describe('a request', () => {
  it('carries what its line says', async () => {
    const { host, fetchPage } = await answering(response(200, {}));
    const overrides = { method: 'POST', headers: { 'x-line': '1', 'user-agent': 'me' }, body: 'käse' };
    await fetchPage(host.url(), {}, { overrides });
    expect(host.heads[0]).toMatch(/^POST /);
    expect(host.heads[0]).toMatch(/\r\nx-line: 1\r\nuser-agent: me\r\ncontent-length: 5$/);
  });

  it.each([{ headers: { 'x-bad': 'a\nb' } }, { headers: { 'bad name': 'x' } }, { method: 'BAD METHOD' }])(
    'that cannot be sent (%j) is an outcome, not an exception',
    async (overrides) => {
      const { host, fetchPage } = await answering(response(200, {}));
      expect(brief(await fetchPage(host.url(), {}, { overrides }))).toEqual({ kind: 'unsendable' });
      expect(host.heads).toEqual([]);
    },
  );
});

it('asks one host over no more connections than fetches are under way at once', async () => {
  const { host, fetchPage } = await answering(response(200, {}, 'hello'));
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 3 }, () => fetchPage(host.url())));
  expect(host.heads).toHaveLength(60);
  expect(host.connections()).toBe(3);
});
