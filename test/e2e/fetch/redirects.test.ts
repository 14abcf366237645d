import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchPolicyOf } from '../../../apps/worker/src/fetch/fetch-policy.ts';
import { answering, brief, cleanUp, go, textOf, world } from '../../support/fetch-world.ts';
import { response } from '../../support/raw-server.ts';
import { settingsWith } from '../../support/settings-for-tests.ts';

afterEach(cleanUp);

describe('a redirect', () => {
  /** Paths and what they redirect to; everything else answers with its path. */
  const redirecting = (targets: Record<string, string>, status = 302, body = '', now = () => performance.now()) =>
    world(
      ({ head, socket }) => {
        const path = head.split(' ')[1] ?? '';
        const location = targets[path];
        socket.write(location === undefined ? response(200, {}, path) : response(status, { location }, body));
      },
      { now },
    );

  it('is followed on the kept connection, and told', async () => {
    const { host, fetchPage } = await redirecting({ '/a': '/b', '/b': 'c#here' }, 301, 'moved');
    const outcome = await fetchPage(host.url('/a'));
    expect(textOf(outcome)).toBe('/c');
    expect(outcome.trace).toMatchObject({
      finalUrl: host.url('/c'),
      redirects: [
        { status: 301, url: host.url('/a') },
        { status: 301, url: host.url('/b') },
      ],
      wireBytes: 2,
    });
    expect(host.connections()).toBe(1);
  });

  it('asks for every hop by its host', async () => {
    const { host, fetchPage } = await world(({ head, socket }) => {
      const isFirst = head.startsWith('GET /a ');
      socket.write(isFirst ? response(302, { location: host.url('/b', 'localhost') }) : response(200, {}));
    });
    const askForHop = vi.fn<typeof go>(go);
    await fetchPage(host.url('/a'), {}, { askForHop });
    expect(askForHop.mock.calls).toEqual([[{ host: `localhost:${host.port}`, url: host.url('/b', 'localhost') }]]);
  });

  it('whose host must wait is interrupted', async () => {
    const { host, fetchPage } = await redirecting({ '/a': '/b' });
    const outcome = await fetchPage(host.url('/a'), {}, { askForHop: () => Promise.resolve('must-wait') });
    expect(brief(outcome)).toEqual({ kind: 'interrupted', why: 'hop-must-wait' });
    expect(host.heads).toHaveLength(1);
  });

  it('is followed however long its turn takes to come: time limits are for hosts', async () => {
    let nowMs = 0;
    const { host, fetchPage } = await redirecting({ '/a': '/b' }, 302, '', () => nowMs);
    const askForHop = () => {
      nowMs += 60_000;
      return go();
    };
    const outcome = await fetchPage(host.url('/a'), { totalTimeoutMs: 1000 }, { askForHop });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, trace: { timings: { totalMs: 0 } } });
  });

  it('that waits for its turn longer than an execution may take is interrupted', async () => {
    let nowMs = 0;
    const { host, fetchPage } = await redirecting({ '/a': '/b' }, 302, '', () => nowMs);
    const askForHop = () => {
      nowMs += 60_000;
      return new Promise<'go'>(() => {});
    };
    const policy = fetchPolicyOf(settingsWith({ totalTimeoutMs: 20 }), 50_000);
    const outcome = await fetchPage(host.url('/a'), {}, { policy, askForHop });
    expect(brief(outcome)).toEqual({ kind: 'interrupted', why: 'hop-must-wait' });
    expect(host.heads).toHaveLength(1);
  });

  it.each(['robots', 'robots-unavailable'] as const)('that its host refuses (%s) is forbidden', async (why) => {
    const { host, fetchPage } = await redirecting({ '/a': '/b' });
    const outcome = await fetchPage(host.url('/a'), {}, { askForHop: () => Promise.resolve(why) });
    expect(brief(outcome)).toEqual({ kind: 'forbidden', why, status: 302 });
    expect(host.heads).toHaveLength(1);
  });

  it('beyond the limit is forbidden', async () => {
    const { host, fetchPage } = await redirecting({ '/a': '/b', '/b': '/c', '/c': '/d', '/d': '/e' });
    const outcome = await fetchPage(host.url('/a'), { maxRedirects: 3 });
    expect(brief(outcome)).toEqual({ kind: 'forbidden', why: 'redirect-limit', status: 302 });
    expect(host.heads).toHaveLength(4);
  });

  it('in a circle is forbidden', async () => {
    const { host, fetchPage } = await redirecting({ '/a': '/b', '/b': '/a' });
    expect(brief(await fetchPage(host.url('/a')))).toEqual({ kind: 'forbidden', why: 'redirect-loop', status: 302 });
    expect(host.heads).toHaveLength(2);
  });

  it.each([
    ['ftp://a.example/', 'redirect-scheme'],
    ['http://[', 'redirect-invalid'],
  ])('to %s is forbidden', async (location, why) => {
    const { host, fetchPage } = await redirecting({ '/a': location });
    expect(brief(await fetchPage(host.url('/a')))).toEqual({ kind: 'forbidden', why, status: 302 });
  });

  it('without a target is an answer', async () => {
    const { host, fetchPage } = await answering(response(302, { location: '' }, 'where?'));
    expect(textOf(await fetchPage(host.url()))).toBe('where?');
  });

  it('after POST becomes GET without body', async () => {
    const { host, fetchPage } = await redirecting({ '/a': '/b' });
    await fetchPage(
      host.url('/a'),
      {},
      { overrides: { method: 'POST', body: 'x', headers: { 'content-type': 'text/x' } } },
    );
    expect(host.heads[1]).toMatch(/^GET \/b /);
    expect(host.heads[1]).not.toMatch(/content-/);
  });

  it('carries secrets within the origin only, and not when it comes back', async () => {
    const { host, fetchPage } = await world(({ head, socket, number }) => {
      const targets = ['/same', host.url('/other', 'localhost'), host.url('/back')];
      const location = targets[number - 1];
      socket.write(location === undefined ? response(200, {}, head) : response(307, { location }));
    });
    await fetchPage(
      host.url('/a'),
      { headers: { authorization: 'run' } },
      { overrides: { headers: { 'x-api-key': 'line' } } },
    );
    const sent = host.heads.map((head) => [/authorization: run/.test(head), /x-api-key: line/.test(head)]);
    expect(sent).toEqual([
      [true, true],
      [true, true],
      [false, false],
      [false, false],
    ]);
  });

  it('with a large body is followed on a new connection', async () => {
    const { host, fetchPage } = await redirecting({ '/a': '/b' }, 302, 'x'.repeat(100_000));
    expect(textOf(await fetchPage(host.url('/a')))).toBe('/b');
    expect(host.connections()).toBe(2);
  });

  it('whose body breaks off is followed', async () => {
    const { host, fetchPage } = await world(({ socket, number }) => {
      if (number === 1) socket.end('HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 9\r\n\r\nx');
      else socket.write(response(200, {}, 'there'));
    });
    expect(textOf(await fetchPage(host.url('/a')))).toBe('there');
  });
});
