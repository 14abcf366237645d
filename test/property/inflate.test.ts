import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inflate } from '../../apps/producer/src/source/inflate.ts';

const formats = [
  { format: 'gzip', compress: (part: Uint8Array) => gzipSync(part) },
  { format: 'zstd', compress: (part: Uint8Array) => zstdCompressSync(part) },
] as const;

const cutAt = async function* (bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += chunkBytes) yield bytes.subarray(i, i + chunkBytes);
};

test.each(formats)(
  'whatever parts a $format file was made of, and however it is cut, nothing of it is lost',
  async ({ format, compress }) => {
    const part = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(700_000).fill(7)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1, 2, 3, 13, 29, 4096, 1 << 18),
        async (parts, chunkBytes) => {
          const packed = Buffer.concat(parts.map(compress));
          const inflated: Buffer[] = [];
          for await (const chunk of inflate({ path: 'x', format, chunks: cutAt(packed, chunkBytes), isCutOff: false }))
            inflated.push(chunk);
          expect(Buffer.concat(inflated).equals(Buffer.concat(parts))).toBe(true);
        },
      ),
      { numRuns: 80 },
    );
  },
);

test('skippable frames of zstd are skipped', async () => {
  const skippable = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const packed = Buffer.concat([
    skippable,
    zstdCompressSync('a'),
    skippable,
    skippable,
    zstdCompressSync('b'),
    skippable,
  ]);
  for (const chunkBytes of [1, 5, 12, 1000]) {
    let text = '';
    for await (const chunk of inflate({
      path: 'x',
      format: 'zstd',
      chunks: cutAt(packed, chunkBytes),
      isCutOff: false,
    }))
      text += chunk.toString();
    expect(text).toBe('ab');
  }
});
