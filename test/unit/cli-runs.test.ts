import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findRun } from '../../apps/cli/src/runs/find-run.ts';
import { asStem, nameRun, runNamePattern, stemOfSource } from '../../apps/cli/src/runs/name-run.ts';
import { recogniseSource } from '../../apps/cli/src/source/recognise-source.ts';

const atNoon = { nowMs: Date.UTC(2026, 0, 31, 12, 0, 5), random: () => 0.5 };

const wish = (...words: string[]) => ({ words, format: 'auto' as const, column: 'url', field: 'url', cwd: '/lists' });

test('a run is named after its source, with the time in UTC and a bit of chance', () => {
  expect(nameRun('shops', atNoon)).toBe('shops-20260131-120005-i000');
});

test('any text makes a valid name', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), chance, (text, random) => {
      expect(nameRun(asStem(text), { nowMs: atNoon.nowMs, random: () => random })).toMatch(runNamePattern);
    }),
  );
});

test('the stem is the file name without its extensions, the first host, or stdin', () => {
  expect(stemOfSource({ kind: 'text', path: '/a/My Shops.v2.txt.gz' })).toBe('my-shops-v2');
  expect(stemOfSource({ kind: 'urls', urls: ['https://www.example.com/x'] })).toBe('www-example-com');
  expect(stemOfSource({ kind: 'stdin', path: '' })).toBe('stdin');
  expect(stemOfSource({ kind: 'text', path: '/a/日本.txt' })).toBe('run');
});

const names = ['shops-20260102-1', 'shops-20260101-1', 'news-20260101-1'];

test('a run is found by its name, by a beginning that only it has, and as the last one', () => {
  expect(findRun('news-20260101-1', names)).toBe('news-20260101-1');
  expect(findRun('n', names)).toBe('news-20260101-1');
  expect(findRun('last', names)).toBe('shops-20260102-1');
});

test('a beginning that several runs have names them', () => {
  expect(() => findRun('shops', names)).toThrow('beginning of 2 runs');
});

test('a name that no run has is refused, with the nearest one', () => {
  expect(() => findRun('nesw-20260101-1', names)).toThrow('did you mean news-20260101-1?');
  expect(() => findRun('last', [])).toThrow('no runs yet');
});

test('a name that is whole wins over longer ones', () => {
  expect(findRun('a', ['a-2', 'a'])).toBe('a');
});

test('the kind of a source follows from its extension, under a compression too', () => {
  expect(recogniseSource(wish('urls.txt'))).toEqual({ kind: 'text', path: '/lists/urls.txt' });
  expect(recogniseSource(wish('urls'))).toMatchObject({ kind: 'text' });
  expect(recogniseSource(wish('a.CSV.gz'))).toEqual({ kind: 'csv', path: '/lists/a.CSV.gz', column: 'url' });
  expect(recogniseSource(wish('a.ndjson'))).toMatchObject({ kind: 'jsonl', field: 'url' });
  expect(recogniseSource(wish('/abs/a.jsonl.zst'))).toMatchObject({ kind: 'jsonl', path: '/abs/a.jsonl.zst' });
});

test('a format that is named wins over the extension', () => {
  expect(recogniseSource({ ...wish('a.txt'), format: 'csv', column: 'link' })).toMatchObject({
    kind: 'csv',
    column: 'link',
  });
  expect(recogniseSource({ ...wish('a.csv'), format: 'text' })).toMatchObject({ kind: 'text' });
});

test('URLs are a source of their own, even those of a scheme that cannot be fetched', () => {
  const urls = ['https://a.example/', 'HTTP://b.example', 'ftp://c.example'];
  expect(recogniseSource(wish(...urls))).toEqual({ kind: 'urls', urls });
});

test('a dash is stdin, which is text only', () => {
  expect(recogniseSource(wish('-'))).toMatchObject({ kind: 'stdin' });
  expect(() => recogniseSource({ ...wish('-'), format: 'csv' })).toThrow('stdin');
});

test('files and URLs do not mix, nor do several files', () => {
  expect(() => recogniseSource(wish('a.txt', 'https://a.example/'))).toThrow('a.txt is no URL');
  expect(() => recogniseSource(wish('a.txt', 'b.txt'))).toThrow('2 files');
  expect(() => recogniseSource(wish())).toThrow('No source');
});
