import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchPolicyOf } from '../../../apps/worker/src/fetch/fetch-policy.ts';
import { afterwards, answered, answering, brief, cleanUp, sha256, textOf, world } from '../../support/fetch-world.ts';
import { type RawRequest, response } from '../../support/raw-server.ts';
import { settingsWith } from '../../support/settings-for-tests.ts';

afterEach(cleanUp);

const bodiesDir = () => {
  const dir = mkdtempSync(join(tmpdir(), 'trawl-bodies-'));
  afterwards(() => rmSync(dir, { recursive: true }));
  return dir;
};

describe('a coded body', () => {
  const short = Buffer.from('hello '.repeat(100));
  const long = Buffer.from(randomBytes(100_000).toString('hex'));
  const codings = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  };

  for (const [coding, encode] of Object.entries(codings)) {
    it.each([
      ['short', short],
      ['long', long],
    ])(`of ${coding} is undone: %s`, async (_, plain) => {
      const wire = encode(plain);
      const { host, fetchPage } = await answering(response(200, { 'content-encoding': coding }, wire));
      const outcome = answered(await fetchPage(host.url(), { inlineBytes: 1024 ** 2 }));
      expect(outcome.body).toMatchObject({ sha256: sha256(plain), truncated: false });
      expect(Buffer.from(outcome.body.kept).equals(plain)).toBe(true);
      expect(outcome.trace).toMatchObject({ wireBytes: wire.length, bodyBytes: plain.length });
    });

    it.each([
      ['short', short],
      ['long', long],
    ])(`of ${coding} that lacks its end is bad-encoding: %s`, async (_, plain) => {
      const wire = encode(plain);
      const { host, fetchPage } = await answering(response(200, { 'content-encoding': coding }, wire.subarray(0, -9)));
      expect(brief(await fetchPage(host.url()))).toEqual({ kind: 'cut-short', why: 'bad-encoding', status: 200 });
    });
  }

  it.each([
    ['short', short],
    ['long', long],
  ])('of deflate without the zlib frame is undone: %s', async (_, plain) => {
    const { host, fetchPage } = await answering(
      response(200, { 'content-encoding': 'deflate' }, deflateRawSync(plain)),
    );
    expect(answered(await fetchPage(host.url())).body.sha256).toBe(sha256(plain));
  });

  it.each([
    ['short', short],
    ['long', long],
  ])('of two codings is undone from the last to the first: %s', async (_, plain) => {
    const wire = brotliCompressSync(gzipSync(plain));
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': 'gzip, br' }, wire));
    expect(answered(await fetchPage(host.url())).body.sha256).toBe(sha256(plain));
  });

  it.each(['gzip, gzip, gzip', 'compress'])('of %s is bad-encoding', async (coding) => {
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': coding }, 'x'));
    expect(brief(await fetchPage(host.url()))).toEqual({ kind: 'cut-short', why: 'bad-encoding', status: 200 });
  });

  it('that is none is bad-encoding', async () => {
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': 'gzip' }, '<html>plain</html>'));
    expect(brief(await fetchPage(host.url()))).toMatchObject({ why: 'bad-encoding' });
  });

  it('of a word that names none is taken as it came', async () => {
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': 'UTF-8' }, 'plain'));
    expect(textOf(await fetchPage(host.url()))).toBe('plain');
  });

  it('may be empty', async () => {
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': 'gzip' }));
    expect(answered(await fetchPage(host.url())).body.sha256).toBe(sha256(''));
  });

  it('may be followed by zeros', async () => {
    const wire = Buffer.concat([gzipSync(long), Buffer.alloc(40_000)]);
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': 'gzip' }, wire));
    expect(answered(await fetchPage(host.url())).body.sha256).toBe(sha256(long));
  });

  it.each(['gzip', 'br', 'zstd'] as const)('of %s that grows beyond the cap is cut while it grows', async (coding) => {
    const bomb = codings[coding](Buffer.alloc(30 * 1024 ** 2));
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': coding }, bomb));
    const outcome = await fetchPage(host.url(), { maxBodyBytes: 5 * 1024 ** 2 });
    expect(brief(outcome)).toEqual({ kind: 'cut-short', why: 'too-large', status: 200 });
    expect(outcome.trace.bodyBytes).toBeLessThan(6 * 1024 ** 2);
  });
});

describe('a body that is too large', () => {
  const tooLarge = { kind: 'cut-short', why: 'too-large', status: 200 };
  const closed = (socket: RawRequest['socket']) => once(socket, 'close');

  it('by its own word is not read', async () => {
    let gone: Promise<unknown> | undefined;
    const { host, fetchPage } = await world(({ socket }) => {
      gone = closed(socket);
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n');
    });
    expect(brief(await fetchPage(host.url(), { maxWireBytes: 1000 }))).toEqual(tooLarge);
    await gone;
  });

  it('is cut when it passes the cap, and its connection closed', async () => {
    let gone: Promise<unknown> | undefined;
    const { host, fetchPage } = await world(({ socket }) => {
      gone = closed(socket);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.write(Buffer.alloc(1001));
    });
    expect(brief(await fetchPage(host.url(), { maxWireBytes: 1000 }))).toEqual(tooLarge);
    await gone;
  });

  it('is one byte larger than the largest that is taken', async () => {
    const { host, fetchPage } = await answering(response(200, {}, Buffer.alloc(1000)));
    expect((await fetchPage(host.url(), { maxWireBytes: 1000, maxBodyBytes: 1000 })).kind).toBe('answered');
    expect(brief(await fetchPage(host.url(), { maxWireBytes: 999 }))).toEqual(tooLarge);
    expect(brief(await fetchPage(host.url(), { maxBodyBytes: 999 }))).toEqual(tooLarge);
  });
});

describe('a body of which only the first part is wanted', () => {
  const limits = { maxBodyBytes: 100_000, inlineBytes: 100_000, bodies: 'inline' } as const;
  const policy = { ...fetchPolicyOf(settingsWith(limits)), truncates: true } as const;
  const bytes = randomBytes(150_000);

  it.each([
    ['plain', {}, bytes],
    ['coded', { 'content-encoding': 'gzip' }, gzipSync(bytes)],
  ])('is an answer with that, and its connection is closed: %s', async (_, headers, wire) => {
    let gone: Promise<unknown> | undefined;
    const { host, fetchPage } = await world(({ socket }) => {
      gone = new Promise((resolve) => socket.once('close', resolve)); // reset: not all of it was read
      socket.write(response(200, headers, wire));
    });
    const { body } = answered(await fetchPage(host.url(), {}, { policy }));
    expect([body.kept.length, body.truncated]).toEqual([100_000, true]);
    expect(wire === bytes ? Buffer.from(body.kept).equals(bytes.subarray(0, 100_000)) : true).toBe(true);
    await gone;
  });

  it('is an answer with that where it was inflated in one call', async () => {
    const wire = gzipSync(Buffer.alloc(150_000));
    const { host, fetchPage } = await answering(response(200, { 'content-encoding': 'gzip' }, wire));
    const { body } = answered(await fetchPage(host.url(), {}, { policy }));
    expect([body.kept.length, body.truncated]).toEqual([100_000, true]);
  });

  it('that is no larger comes as a whole', async () => {
    const { host, fetchPage } = await answering(response(200, {}, bytes.subarray(0, 100_000)));
    const { body } = answered(await fetchPage(host.url(), {}, { policy }));
    expect([body.kept.length, body.truncated]).toEqual([100_000, false]);
  });
});

describe('what is kept of a body', () => {
  const long = Buffer.from(randomBytes(150_000).toString('hex'));

  it('is nothing with bodies none, but its hash and size', async () => {
    const { host, fetchPage } = await answering(response(200, {}, 'hello'));
    const outcome = answered(await fetchPage(host.url(), { bodies: 'none' }));
    expect(outcome.body).toEqual({ kept: new Uint8Array(), truncated: true, sha256: sha256('hello') });
    expect(outcome.trace.bodyBytes).toBe(5);
  });

  it.each([
    ['application/json', '{}'],
    ['application/problem+json; charset=utf-8', '{}'],
    ['text/html', ''],
  ])('is JSON only with bodies json: %s', async (type, kept) => {
    const { host, fetchPage } = await answering(response(200, { 'content-type': type }, '{}'));
    const { body } = answered(await fetchPage(host.url(), { bodies: 'json' }));
    expect(Buffer.from(body.kept).toString()).toBe(kept);
    expect(body.sha256).toBe(sha256('{}'));
  });

  it.each([4, 100_000])('is its beginning with bodies inline: %i bytes', async (inlineBytes) => {
    const { host, fetchPage } = await answering(response(200, {}, long));
    const { body } = answered(await fetchPage(host.url(), { inlineBytes }));
    expect(body).toMatchObject({ truncated: true, sha256: sha256(long) });
    expect(Buffer.from(body.kept).equals(long.subarray(0, inlineBytes))).toBe(true);
  });

  it.each([
    ['short', Buffer.from('hello'), {}],
    ['long', long, {}],
    ['coded', long, { 'content-encoding': 'gzip' }],
  ])('is a file named by its content with bodies files: %s', async (_, plain, headers) => {
    const dir = bodiesDir();
    const wire = Object.keys(headers).length > 0 ? gzipSync(plain) : plain;
    const { host, fetchPage } = await answering(response(200, headers, wire), { bodiesDir: dir });
    const hash = sha256(plain);
    const file = join(hash.slice(0, 2), hash.slice(2, 4), hash);
    for (let time = 0; time < 2; time++) {
      expect(answered(await fetchPage(host.url(), { bodies: 'files' })).body).toMatchObject({ file, sha256: hash });
    }
    expect(readFileSync(join(dir, file)).equals(plain)).toBe(true);
    expect(readdirSync(join(dir, 'tmp'))).toEqual([]);
  });

  it('leaves no file behind when the body is cut short', async () => {
    const dir = bodiesDir();
    const { host, fetchPage } = await answering(response(200, {}, long), { bodiesDir: dir });
    await fetchPage(host.url(), { bodies: 'files', maxBodyBytes: 200_000 });
    await vi.waitFor(() => expect(readdirSync(join(dir, 'tmp'))).toEqual([]));
  });

  it('is thrown as our failure when the disk does not take it', async () => {
    const dir = bodiesDir();
    const { host, fetchPage } = await answering(response(200, {}, long), { bodiesDir: dir });
    rmSync(join(dir, 'tmp'), { recursive: true });
    await expect(fetchPage(host.url(), { bodies: 'files' })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused as files where there is no directory', async () => {
    const { host, fetchPage } = await answering(response(200, {}, 'x'));
    await expect(fetchPage(host.url(), { bodies: 'files' })).rejects.toThrow('directory');
  });
});
