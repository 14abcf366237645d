import { createZstdDecompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ZstdFrames, zstdFrameBytes } from '../../apps/worker/src/fetch/zstd-frames.ts';

const skipped = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
const plainOf = (size: number) => Buffer.alloc(size, `${size} `);
const part = fc.oneof(fc.nat({ max: 40 }).map(plainOf), fc.constant(plainOf(300_000)));

const decode = (packed: Buffer, chunkBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const frames = new ZstdFrames(() => createZstdDecompress());
    const out: Buffer[] = [];
    frames.on('data', (chunk: Buffer) => out.push(chunk));
    frames.on('end', () => resolve(Buffer.concat(out)));
    frames.on('error', reject);
    for (let i = 0; i < packed.length; i += chunkBytes) frames.write(packed.subarray(i, i + chunkBytes));
    frames.end();
  });

test('whatever frames a zstd body has, and however it is cut, nothing of it is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(part, fc.boolean()), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1, 2, 7, 29, 4096, 1 << 18),
      async (parts, chunkBytes) => {
        const packed = parts.flatMap(([plain, skip]) => [zstdCompressSync(plain), ...(skip ? [skipped] : [])]);
        const plain = Buffer.concat(parts.map(([bytes]) => bytes));
        expect((await decode(Buffer.concat(packed), chunkBytes)).equals(plain)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('a zstd body that is cut off or followed by rubbish is an error', async () => {
  const frame = zstdCompressSync(plainOf(1000));
  for (let bytes = 1; bytes < frame.length; bytes++)
    await expect(decode(frame.subarray(0, bytes), 5)).rejects.toThrow();
  await expect(decode(Buffer.concat([frame, Buffer.from('rubbish')]), 1000)).rejects.toThrow();
});

test('the length of the first frame is that of its bytes', () => {
  fc.assert(
    fc.property(part, fc.uint8Array({ maxLength: 20 }), (plain, behind) => {
      const frame = zstdCompressSync(plain);
      expect(zstdFrameBytes(Buffer.concat([frame, behind]))).toBe(frame.length);
      expect(zstdFrameBytes(frame.subarray(0, -1))).toBeUndefined();
    }),
  );
});
