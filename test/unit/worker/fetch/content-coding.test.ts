import { brotliCompressSync, constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { contentCodingsOf, inflateAtOnce, windowBytesOf } from '../../../../apps/worker/src/fetch/content-coding.ts';

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

  it.each([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24])(
    'a window of 2 ** %i is read in the first byte of Brotli',
    (bits) => {
      // One byte more than 64 KiB: the encoder takes less window than it was allowed for less.
      const coded = brotliCompressSync(Buffer.alloc(2 ** 16 + 1), { params: { [constants.BROTLI_PARAM_LGWIN]: bits } });
      expect(windowBytesOf('br', coded)).toBe(2 ** bits);
    },
  );

  it('Brotli with a window that takes long to fill is not undone in one call', () => {
    const coded = brotliCompressSync('hello', { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } });
    expect(() => inflateAtOnce('br', coded, 100)).toThrow(RangeError);
  });
});
