import { createReadStream } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { silentLog } from '@trawl/shared/platform/silent-log.ts';
import { describe, expect, test } from 'vitest';
import { openSource } from '../../apps/producer/src/source/open-source.ts';
import { longestLineBytes } from '../../apps/producer/src/source/source.ts';
import { openStdinSpool } from '../../apps/producer/src/source/stdin-spool.ts';
import { compressions, readAll, withSourceDirectory } from '../support/source-world.ts';

const directory = withSourceDirectory();

type Input = { line: number; text: string; problem?: string };

/** A way to hand in URLs: how rows are written, and what its own kinds of row are. */
type Kind = {
  name: string;
  row: (url: string) => string;
  header: string[];
  /** Physical lines that are no inputs. */
  silent: string[];
  bad: { row: string; text: string; problem: string }[];
  spec: (path: string) => SourceSpec | Promise<SourceSpec>;
};

const text = {
  row: (url: string) => url,
  header: [],
  silent: ['', '   \t', '# a comment', '   # another'],
  bad: [],
};

const kinds: Kind[] = [
  { ...text, name: 'text', spec: (path) => ({ kind: 'text', path }) },
  { ...text, name: 'stdin', spec: spooled },
  {
    name: 'csv',
    row: (url) => `7,"${url}",x`,
    header: ['id,url,note'],
    silent: ['', ',,'],
    bad: [
      { row: '8', text: '8', problem: 'too-few-columns' },
      { row: '9, ,y', text: '9, ,y', problem: 'missing-url' },
    ],
    spec: (path) => ({ kind: 'csv', path, column: 'url' }),
  },
  {
    name: 'jsonl',
    row: (url) => JSON.stringify({ id: 7, url }),
    header: [],
    silent: ['', '  '],
    bad: [
      { row: '{"url":', text: '{"url":', problem: 'bad-json' },
      { row: '{"link":"http://a/"}', text: '{"link":"http://a/"}', problem: 'missing-url' },
      { row: '[1]', text: '[1]', problem: 'missing-url' },
    ],
    spec: (path) => ({ kind: 'jsonl', path, field: 'url' }),
  },
];

async function spooled(path: string): Promise<SourceSpec> {
  const spool = await openStdinSpool({ input: createReadStream(path), path: `${path}.spool`, log: silentLog });
  await spool.complete;
  return { kind: 'stdin', path: spool.path };
}

/** Good, silent and bad rows by turns; the inputs among them with their physical lines. */
const deal = (kind: Kind, count: number): { rows: string[]; inputs: Input[] } => {
  const rows = [...kind.header];
  const inputs: Input[] = [];
  const silent = (i: number): string => kind.silent[i % kind.silent.length] ?? '';
  for (let i = 0; i < count; i += 1) {
    if (i % 3 === 1) rows.push(silent(i));
    const bad = i % 4 === 2 ? kind.bad[i % kind.bad.length] : undefined;
    const url = `https://h${i % 7}.example/päth/${i}?a=1&b=${i}`;
    rows.push(bad?.row ?? kind.row(url));
    inputs.push({ line: rows.length, text: bad?.text ?? url, ...(bad && { problem: bad.problem }) });
  }
  return { rows: [...rows, silent(1)], inputs };
};

const shapes = [
  { name: 'LF', join: (rows: string[]) => `${rows.join('\n')}\n` },
  { name: 'CRLF', join: (rows: string[]) => `${rows.join('\r\n')}\r\n` },
  { name: 'no line feed at the end', join: (rows: string[]) => rows.slice(0, -1).join('\n') },
  { name: 'a byte order mark', join: (rows: string[]) => `\ufeff${rows.join('\n')}\n` },
];

const cases = kinds.flatMap((kind) => compressions.map((compression) => ({ kind, ...compression })));

describe.each(cases)('$kind.name, $name', ({ kind, compress }) => {
  const store = async (content: string): Promise<SourceSpec> =>
    kind.spec(await directory.write(compress(Buffer.from(content))));

  test.each(shapes)('numbers inputs without holes and says the line of each: $name', async ({ join }) => {
    const { rows, inputs } = deal(kind, 40);
    const lines = await readAll(await store(join(rows)));
    expect(lines.map(({ line, text: url, problem }) => ({ line, text: url, ...(problem && { problem }) }))).toEqual(
      inputs,
    );
    expect(lines.map(({ ordinal }) => ordinal)).toEqual(inputs.map((_, i) => i));
    expect(lines.map(({ position }) => position.ordinal)).toEqual(inputs.map((_, i) => i + 1));
  });

  test.each(shapes)('goes on from any position with exactly the rest: $name', async ({ join }) => {
    const { rows } = deal(kind, 13);
    const spec = await store(join(rows));
    const all = await readAll(spec);
    expect(all).toHaveLength(13);
    for (const [i, { position }] of all.entries()) expect(await readAll(spec, position)).toEqual(all.slice(i + 1));
  });

  test('batches hold at most 500 lines, and together every line of a list of many chunks', async () => {
    const { rows, inputs } = deal(kind, 6000);
    const spec = await store(rows.join('\n'));
    let seen = 0;
    let middle: Parameters<typeof openSource>[1];
    for await (const batch of openSource(spec, undefined)) {
      expect(batch.length).toBeGreaterThan(0);
      expect(batch.length).toBeLessThanOrEqual(500);
      seen += batch.length;
      if (seen < 4000) middle = batch.at(-1)?.position;
    }
    expect(seen).toBe(6000);
    const rest = await readAll(spec, middle);
    expect(rest.at(0)?.text).toBe(inputs[middle?.ordinal ?? 0]?.text);
    expect(rest.at(-1)).toMatchObject({ ordinal: 5999, line: inputs.at(-1)?.line });
  });

  test('a reader that leaves early leaves no file open', async () => {
    const { rows } = deal(kind, 6000);
    const spec = await store(rows.join('\n'));
    for await (const batch of openSource(spec, undefined)) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(await openFilesBelow(directory.path)).toEqual([]);
  });

  test('an empty source has no inputs', async () => {
    const spec = await store(kind.header.join('\n'));
    expect(await readAll(spec)).toEqual([]);
  });
});

// In JSON a NUL is not a byte of a string: such a line is bad JSON.
describe.each(cases.filter(({ kind }) => kind.name !== 'jsonl'))('$kind.name, $name', ({ kind, compress }) => {
  test('bytes that are no UTF-8 and NULs stay inside their own line', async () => {
    const odd = 'http://a/\xff\xc3\0\x80';
    const rows = [...kind.header, kind.row(odd), kind.row('http://b/')].join('\n');
    const lines = await readAll(await kind.spec(await directory.write(compress(Buffer.from(rows, 'latin1')))));
    expect(lines.map((line) => line.text)).toEqual(['http://a/\ufffd\ufffd\0\ufffd', 'http://b/']);
  });
});

describe.each(cases.filter(({ kind }) => kind.name !== 'csv'))('$kind.name, $name', ({ kind, compress }) => {
  test('a line of more than 1 MiB is one bad input, wherever it is, and its neighbours are untouched', async () => {
    const short = kind.row('http://a/');
    const longest = (bytes: number): string => short.replace('/a/', `/a/${'x'.repeat(bytes - short.length)}`);
    const rows = ['http://first/', 'http://last/'].map(kind.row);
    const content = [
      rows[0],
      longest(longestLineBytes),
      longest(longestLineBytes + 1),
      rows[1],
      longest(3 * longestLineBytes),
    ];
    const spec = await kind.spec(await directory.write(compress(Buffer.from(content.join('\n')))));
    const lines = await readAll(spec);
    expect(lines.map(({ line, problem }) => ({ line, problem }))).toEqual([
      { line: 1, problem: undefined },
      { line: 2, problem: undefined },
      { line: 3, problem: 'line-too-long' },
      { line: 4, problem: undefined },
      { line: 5, problem: 'line-too-long' },
    ]);
    expect(lines[2]?.text.length).toBeLessThanOrEqual(2000);
    expect(await readAll(spec, lines[2]?.position)).toEqual(lines.slice(3));
  });
});

test('URLs of the command line are numbered and go on from any position', async () => {
  const urls = Array.from({ length: 1201 }, (_, i) => `http://h/${i}`);
  const spec: SourceSpec = { kind: 'urls', urls: [...urls.slice(0, 600), ' http://h/600 ', ...urls.slice(601)] };
  const all = await readAll(spec);
  expect(all.map(({ text: url }) => url)).toEqual(urls);
  expect(all.map(({ line, ordinal }) => line - ordinal)).toEqual(urls.map(() => 1));
  for (const i of [0, 499, 500, 1199, 1200]) expect(await readAll(spec, all[i]?.position)).toEqual(all.slice(i + 1));
});

test('what is read does not depend on how stdin was cut into chunks', async () => {
  const content = Buffer.from('# é\r\nhttp://a/é\r\n\r\nhttp://b/\r\n\ufeffhttp://c/');
  const expected = ['http://a/é', 'http://b/', 'http://c/'];
  for (const bytes of [1, 2, 3, 7, 1000]) {
    const chunks = Array.from({ length: Math.ceil(content.length / bytes) }, (_, i) =>
      content.subarray(i * bytes, (i + 1) * bytes),
    );
    const path = `${directory.path}/cut-${bytes}`;
    const spool = await openStdinSpool({ input: Readable.from(chunks), path, log: silentLog });
    const lines = await readAll({ kind: 'stdin', path }, undefined, { stdin: spool });
    expect(lines.map(({ text: url }) => url)).toEqual(expected);
    expect(lines.map(({ line }) => line)).toEqual([2, 4, 5]);
  }
});

/** Paths below a directory that this process holds open, read from /proc; nothing where there is none. */
async function openFilesBelow(path: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(path));
}
