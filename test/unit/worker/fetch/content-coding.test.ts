import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contentCodingsOf, inflateAtOnce } from '../../../../apps/worker/src/fetch/content-coding.ts';

describe('Content-Encoding', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['identity', []],
    ['gzip', ['gzip']],
    ['x-gzip', ['gzip']],
    ['GZIP', ['gzip']],
    ['br', ['br']],
    ['zstd', ['zstd']],
    ['deflate', ['deflate']],
    ['gzip, br', ['br', 'gzip']],
    ['identity, gzip', ['gzip']],
    ['utf-8', []],
    ['none', []],
  ])('%j is undone as %j', (header, expected) => {
    expect(contentCodingsOf(header)).toEqual(expected);
  });

  it.each(['gzip, gzip, gzip', 'compress', 'gzip, compress', 'dcb', 'unknown', 'gzip;q=1', '__proto__'])(
    '%j cannot be undone',
    (header) => {
      expect(contentCodingsOf(header)).toBeUndefined();
    },
  );

  it('deflate is read with and without the zlib frame', () => {
    for (const encode of [deflateSync, deflateRawSync]) {
      expect(Buffer.from(inflateAtOnce('deflate', encode('hello'), 100)).toString()).toBe('hello');
    }
  });
});
