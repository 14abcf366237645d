import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cliWorld } from '../support/cli-world.ts';
import { afterwards, cleanUp } from '../support/fetch-world.ts';
import { response, startRawServer } from '../support/raw-server.ts';

afterEach(cleanUp);

const password = 'hidden+w%C3%B6rd';
/** What would give it away: as it was written, as it is meant, as it is sent. */
const marks = ['hidden', Buffer.from('me:hidden+wörd').toString('base64')];
const authorizationOf = (head: string) => /^authorization: (.*)$/m.exec(head)?.[1]?.trim();

/** All that a run leaves beside its Redis, which holds requests until they were made. */
const filesBeside = async (dir: string): Promise<string[]> => {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.filter((path) => !path.startsWith(join(dir, 'redis')) && !path.endsWith('urls.txt'));
};

it('credentials in URLs reach their origin once the crawl asks, and nothing that Trawl writes', async () => {
  const host = await startRawServer(({ head, socket }) => {
    const target = head.startsWith('GET /go ') ? host.url('/', 'localhost').replace('//', `//me:${password}@`) : '';
    socket.write(target === '' ? response(200, {}) : response(302, { location: target }));
  });
  afterwards(host.close);
  const world = await cliWorld();
  const url = (path: string) => host.url(path).replace('//', `//me:${password}@`);
  const lines = [
    url('/'),
    host.url('/plain'),
    url('/go'),
    `http://me:${password}@no host/`,
    `http://me:${password}@h:x/`,
  ];
  await world.file('urls.txt', lines.join('\n'));

  const run = await world.trawl([
    'run',
    'urls.txt',
    '--url-credentials',
    '--json',
    '--name',
    'asked',
    '--log-level',
    'debug',
    '--workers',
    '1',
  ]);
  const sent = Object.fromEntries(host.heads.map((head) => [head.split('\r\n', 2).join(' '), authorizationOf(head)]));
  const basic = `Basic ${marks[1]}`;
  expect(sent).toEqual({
    [`GET / HTTP/1.1 host: 127.0.0.1:${host.port}`]: basic,
    [`GET /go HTTP/1.1 host: 127.0.0.1:${host.port}`]: basic,
    [`GET /plain HTTP/1.1 host: 127.0.0.1:${host.port}`]: undefined,
    [`GET / HTTP/1.1 host: localhost:${host.port}`]: undefined,
  });

  const words = await world.trawl(['run', url('/'), '--json', '--name', 'not-asked', '--workers', '1']);
  expect(authorizationOf(host.heads.at(-1) ?? '')).toBeUndefined();

  const commands = [
    ['status', '--json'],
    ['results', 'asked'],
    ['report', 'asked', '--json'],
    ['verify', 'asked', '--json'],
    ['report', 'not-asked', '--json'],
  ];
  const shown = [run, words, ...(await Promise.all(commands.map((args) => world.trawl(args))))];
  expect(shown.map(({ code }) => code)).toEqual(shown.map(() => 0));
  const texts = shown.map(({ stdout, stderr }) => stdout + stderr);
  expect(texts.join('')).toContain('127.0.0.1');
  const files = await filesBeside(world.dir);
  expect(files.length).toBeGreaterThan(4);
  for (const path of files) texts.push(await readFile(path, 'utf8'));
  for (const mark of marks) expect(texts.filter((text) => text.includes(mark))).toEqual([]);
});
