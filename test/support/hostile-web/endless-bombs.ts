import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createDeflateRaw } from 'node:zlib';

/** A coded body of any size, cheap to give: `begin` once, then `more` for each so many bytes of zeros. */
export type EndlessBomb = { coding: string; begin: Buffer; more: Buffer; bytes: number };

const zeros = Buffer.alloc(16 * 1024 ** 2);

/** What the first and every further write of zeros is coded as, when everything is flushed behind it. */
const flushed = async (encoder: Transform, flush: (done: () => void) => void): Promise<[Buffer, Buffer]> => {
  const partOf = async (): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer) => void chunks.push(chunk);
    encoder.on('data', take);
    encoder.write(zeros);
    await new Promise<void>((resolve) => flush(resolve));
    encoder.off('data', take);
    return Buffer.concat(chunks);
  };
  const parts: [Buffer, Buffer] = [await partOf(), await partOf()];
  encoder.destroy();
  return parts;
};

/** Bombs of gzip, Brotli and zstd: thousands of bytes of body for each byte on the wire. */
export const endlessBombs = async (): Promise<EndlessBomb[]> => {
  const deflate = createDeflateRaw({ level: 9 });
  const [, block] = await flushed(deflate, (done) => deflate.flush(constants.Z_FULL_FLUSH, done));
  const brotli = createBrotliCompress();
  const [first, next] = await flushed(brotli, (done) => brotli.flush(done));
  return [
    { coding: 'gzip', begin: Buffer.from('1f8b0800000000000003', 'hex'), more: block, bytes: zeros.length },
    { coding: 'br', begin: first, more: next, bytes: zeros.length },
    // A window of 8 MiB, the most that HTTP allows; then blocks that say "128 KiB of zeros" in four bytes.
    {
      coding: 'zstd',
      begin: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68]),
      more: Buffer.alloc(4 * 128, Buffer.from([0x02, 0x00, 0x10, 0x00])),
      bytes: 128 * 128 * 1024,
    },
  ];
};
