import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { silentLog } from '@trawl/shared/platform/silent-log.ts';
import { expect, test } from 'vitest';
import { openSource } from '../../apps/producer/src/source/open-source.ts';
import { completeMarkerOf, openStdinSpool } from '../../apps/producer/src/source/stdin-spool.ts';
import { readAll, withSourceDirectory } from '../support/source-world.ts';

const directory = withSourceDirectory();

let spools = 0;
const typing = async () => {
  const input = new PassThrough();
  const path = `${directory.path}/below/${++spools}`;
  const spool = await openStdinSpool({ input, path, log: silentLog });
  const spec: SourceSpec = { kind: 'stdin', path };
  return { input, path, spool, spec };
};

test('a line that is typed is yielded before the next one comes, and is on disk by then', async () => {
  const { input, path, spool, spec } = await typing();
  const lines = openSource(spec, undefined, { stdin: spool })[Symbol.asyncIterator]();
  for (const url of ['http://a/', 'http://b/']) {
    input.write(`${url}\n`);
    const { value } = await lines.next();
    expect(value).toMatchObject([{ text: url }]);
    expect(await readFile(path, 'utf8')).toContain(url);
  }
  input.end('http://c/');
  expect((await lines.next()).value).toMatchObject([{ text: 'http://c/', line: 3, ordinal: 2 }]);
  expect((await lines.next()).done).toBe(true);
});

test('a source may be opened again from any position while its stdin is still open', async () => {
  const { input, spool, spec } = await typing();
  input.write('http://a/\nhttp://b/\nhttp://c');
  const first = openSource(spec, undefined, { stdin: spool })[Symbol.asyncIterator]();
  const {
    value: [a],
  } = (await first.next()) as { value: Awaited<ReturnType<typeof readAll>> };
  const rest = readAll(spec, a?.position, { stdin: spool });
  input.end('/\n');
  expect((await rest).map(({ text, ordinal }) => [text, ordinal])).toEqual([
    ['http://b/', 1],
    ['http://c/', 2],
  ]);
  await first.return?.();
});

test.each([
  { name: 'gzip', compress: gzipSync },
  { name: 'zstd', compress: zstdCompressSync },
])('a $name stream on stdin is inflated', async ({ compress }) => {
  const content = Array.from({ length: 3000 }, (_, i) => `http://h/${i}\n`).join('');
  const { input, spool, spec } = await typing();
  Readable.from(compress(Buffer.from(content)), { objectMode: false }).pipe(input);
  expect(await readAll(spec, undefined, { stdin: spool })).toHaveLength(3000);
});

test('the marker of completeness comes with the end of the input; the spool is then a file like others', async () => {
  const { input, path, spool, spec } = await typing();
  input.write('http://a/\n');
  await spool.holdsMoreThan(0);
  await expect(stat(completeMarkerOf(path))).rejects.toMatchObject({ code: 'ENOENT' });
  input.end('http://b');
  await spool.complete;
  const warnings: string[] = [];
  expect(await readAll(spec, undefined, { warn: (message) => warnings.push(message) })).toHaveLength(2);
  expect(warnings).toEqual([]);
});

test('a spool that was left unfinished is read with a warning, and its half line is no URL', async () => {
  const path = await directory.write('http://a/\nhttp://b/pa');
  const warnings: string[] = [];
  const lines = await readAll({ kind: 'stdin', path }, undefined, { warn: (message) => warnings.push(message) });
  expect(lines.map(({ text, problem }) => [text, problem])).toEqual([
    ['http://a/', undefined],
    ['http://b/pa', 'line-cut-off'],
  ]);
  expect(warnings).toEqual([expect.stringContaining(path)]);
});

test('a compressed spool that was left unfinished gives what it holds', async () => {
  const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => `http://h/${i}\n`).join(''));
  const packed = gzipSync(content);
  const path = await directory.write(packed.subarray(0, packed.length >> 1));
  const lines = await readAll({ kind: 'stdin', path });
  expect(lines.length).toBeGreaterThan(10_000);
  expect(lines.slice(0, -1).every(({ text, ordinal }) => text === `http://h/${ordinal}`)).toBe(true);
});

test('stopping ends the wait for stdin with the reason, never as if the source had ended', async () => {
  const { input, spool, spec } = await typing();
  const stopping = new AbortController();
  const lines = openSource(spec, undefined, { stdin: spool, stop: stopping.signal })[Symbol.asyncIterator]();
  input.write('http://a/\n');
  await lines.next();
  const waiting = lines.next();
  stopping.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  await expect(lines.next()).resolves.toMatchObject({ done: true });
  await spool.close();
});

test('a closed spool has no marker, and who waits for more is told why there is none', async () => {
  const { input, path, spool, spec } = await typing();
  const lines = openSource(spec, undefined, { stdin: spool })[Symbol.asyncIterator]();
  input.write('http://a/\n');
  await lines.next();
  const waiting = lines.next();
  await Promise.all([expect(waiting).rejects.toThrow('before its end'), spool.close()]);
  await expect(spool.complete).rejects.toThrow('before its end');
  await expect(stat(completeMarkerOf(path))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(input.destroyed).toBe(true);
});

test('an input that fails is a failure of the source', async () => {
  const { input, spool, spec } = await typing();
  const reading = readAll(spec, undefined, { stdin: spool });
  input.destroy(new Error('EIO'));
  await expect(reading).rejects.toThrow('EIO');
});

test('two inputs never share a spool', async () => {
  const { input, path, spool } = await typing();
  await expect(openStdinSpool({ input: Readable.from(['http://x/\n']), path, log: silentLog })).rejects.toMatchObject({
    code: 'EEXIST',
  });
  input.end();
  await Promise.all([spool.complete, once(input, 'close')]);
  expect(await readFile(path, 'utf8')).toBe('');
});
