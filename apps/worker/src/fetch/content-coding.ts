import * as zlib from 'node:zlib';

export type ContentCoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** Two are seen in the wild (a proxy compresses what was compressed); more are a mistake or an attack. */
const mostCodings = 2;

/**
 * The codings of a body in the order in which they must be undone; empty for a plain body. `undefined`: it cannot be undone.
 * A word that is no registered coding (`utf-8`, `none`) is passed over as browsers do: such bodies arrive plain.
 */
export const contentCodingsOf = (header: string | undefined): ContentCoding[] | undefined => {
  if (header === undefined) return [];
  const words = header
    .toLowerCase()
    .split(',')
    .map((word) => word.trim());
  if (words.some((word) => otherCodings.has(word))) return undefined;
  const codings = words.map((word) => ourCodings.get(word)).filter((coding) => coding !== undefined);
  return codings.length > mostCodings ? undefined : codings.reverse();
};

const ourCodings: ReadonlyMap<string, ContentCoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
]);
const otherCodings: ReadonlySet<string> = new Set([
  'compress',
  'x-compress',
  'pack200-gzip',
  'aes128gcm',
  'exi',
  'dcb',
  'dcz',
]);

/** HTTP allows windows up to 8 MiB (RFC 9659); larger ones would let a host choose our memory. */
const zstdOptions = { params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } };

/** Throws zlib's errors, `ERR_BUFFER_TOO_LARGE` when more than `mostBytes` come out. */
export const inflateAtOnce = (coding: ContentCoding, bytes: Uint8Array, mostBytes: number): Uint8Array => {
  const maxOutputLength = mostBytes;
  switch (coding) {
    case 'gzip':
      return zlib.gunzipSync(bytes, { maxOutputLength });
    case 'deflate':
      return isZlib(bytes)
        ? zlib.inflateSync(bytes, { maxOutputLength })
        : zlib.inflateRawSync(bytes, { maxOutputLength });
    case 'br':
      return zlib.brotliDecompressSync(bytes, { maxOutputLength });
    case 'zstd':
      return zlib.zstdDecompressSync(bytes, { ...zstdOptions, maxOutputLength });
  }
};

export type Inflater = zlib.Gunzip | zlib.Inflate | zlib.InflateRaw | zlib.BrotliDecompress | zlib.ZstdDecompress;

/** @param head the first coded bytes, where known: some servers send `deflate` without the zlib frame */
export const createInflater = (coding: ContentCoding, head: Uint8Array | undefined): Inflater => {
  const chunkSize = 64 * 1024;
  switch (coding) {
    case 'gzip':
      return zlib.createGunzip({ chunkSize });
    case 'deflate':
      return head && !isZlib(head) ? zlib.createInflateRaw({ chunkSize }) : zlib.createInflate({ chunkSize });
    case 'br':
      return zlib.createBrotliDecompress({ chunkSize });
    case 'zstd':
      return zlib.createZstdDecompress({ ...zstdOptions, chunkSize });
  }
};

/** RFC 1950: method 8, and the first two bytes are a multiple of 31. */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
