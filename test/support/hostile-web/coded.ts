import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';

export const codings = ['gzip', 'deflate', 'deflate-raw', 'br', 'zstd'] as const;
export type Coding = (typeof codings)[number];

/** As it stands in `content-encoding`. */
export const wordOf = (coding: Coding): string => (coding === 'deflate-raw' ? 'deflate' : coding);

export const zlibOf = (coding: Coding, plain: Uint8Array): Buffer => {
  switch (coding) {
    case 'gzip':
      return zlib.gzipSync(plain);
    case 'deflate':
      return zlib.deflateSync(plain);
    case 'deflate-raw':
      return zlib.deflateRawSync(plain);
    case 'br':
      return zlib.brotliCompressSync(plain);
    case 'zstd':
      return zlib.zstdCompressSync(plain, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } });
  }
};

const made = new Map<string, Buffer>();

/** So many MiB of zeros, made once: that takes longer than to send them. */
export const bombOf = (coding: Coding, mebibytes: number): Buffer => {
  const name = `${coding} ${mebibytes}`;
  const known = made.get(name);
  if (known) return known;
  const bomb = quickly(coding, Buffer.alloc(mebibytes * 1024 ** 2));
  made.set(name, bomb);
  return bomb;
};

const quickly = (coding: Coding, plain: Uint8Array): Buffer => {
  const level = 1;
  switch (coding) {
    case 'gzip':
      return zlib.gzipSync(plain, { level });
    case 'deflate':
      return zlib.deflateSync(plain, { level });
    case 'deflate-raw':
      return zlib.deflateRawSync(plain, { level });
    case 'br':
      return zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: level } });
    case 'zstd':
      return zlib.zstdCompressSync(plain, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } });
  }
};

/** Bytes that no coding makes shorter, always the same. */
export const noise = (bytes: number): Buffer =>
  createHash('shake256', { outputLength: Math.max(1, bytes) })
    .digest()
    .subarray(0, bytes);
