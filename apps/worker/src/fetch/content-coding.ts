import type { Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { ZstdFrames, zstdFrameBytes } from './zstd-frames.ts';

export type ContentCoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** Two are seen in the wild (a proxy compresses what was compressed); more are a mistake or an attack. */
const mostCodings = 2;

/**
 * The codings of a body in the order in which they must be undone; empty for a plain body. `undefined`: it cannot be undone,
 * because we do not know how, or because there are too many.
 */
export const contentCodingsOf = (header: string | undefined): ContentCoding[] | undefined => {
  if (header === undefined) return [];
  const codings: ContentCoding[] = [];
  for (const word of header.toLowerCase().split(',')) {
    const name = word.trim();
    if (noCodings.has(name)) continue;
    const coding = ourCodings.get(name);
    if (coding === undefined) return undefined;
    codings.push(coding);
  }
  return codings.length > mostCodings ? undefined : codings.reverse();
};

const ourCodings: ReadonlyMap<string, ContentCoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
]);
/** Besides `identity`: what servers write there by mistake, with bodies that are plain. */
const noCodings: ReadonlySet<string> = new Set(['', 'identity', 'none', 'utf-8', 'utf8', 'binary', '8bit']);

/**
 * How far back a decoder may have to look: what it keeps of its output.
 * @param head the first coded bytes, where they are known; Brotli says in them how far
 */
export const windowBytesOf = (coding: ContentCoding, head?: Uint8Array): number => {
  switch (coding) {
    case 'gzip':
    case 'deflate':
      return 32 * 1024;
    case 'br':
      return 2 ** (head === undefined ? 24 : brotliWindowBits(head));
    case 'zstd':
      return 8 * 1024 ** 2;
  }
};

/** RFC 7932 section 9.1: in one to seven bits, the lowest first. */
const brotliWindowBits = ([first = 0]: Uint8Array): number => {
  if ((first & 1) === 0) return 16;
  const many = (first >> 1) & 7;
  if (many > 0) return 17 + many;
  const few = (first >> 4) & 7;
  return few > 0 ? 8 + few : 17;
};

/** HTTP allows windows up to 8 MiB (RFC 9659); larger ones would let a host choose our memory. */
const zstdOptions = { params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } };

/** Brotli fills its window before it looks how much is wanted: one call may take four milliseconds, not sixteen. */
const atOnceWindowBytes = 4 * 1024 ** 2;

/** Throws zlib's errors; a RangeError where it is not to be done in one call, because more than `mostBytes` would come out. */
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
      if (windowBytesOf(coding, bytes) > atOnceWindowBytes) throw new RangeError('a large window');
      return zlib.brotliDecompressSync(bytes, { maxOutputLength });
    case 'zstd':
      // Node's call stops behind the first frame, and does not say so.
      if (zstdFrameBytes(bytes) !== bytes.length) throw new RangeError('not one frame');
      return zlib.zstdDecompressSync(bytes, { ...zstdOptions, maxOutputLength });
  }
};

/** @param head the first coded bytes: some servers send `deflate` without the zlib frame */
export const createInflater = (coding: ContentCoding, head: Uint8Array): Duplex => {
  const chunkSize = 64 * 1024;
  switch (coding) {
    case 'gzip':
      return zlib.createGunzip({ chunkSize });
    case 'deflate':
      return isZlib(head) ? zlib.createInflate({ chunkSize }) : zlib.createInflateRaw({ chunkSize });
    case 'br':
      return zlib.createBrotliDecompress({ chunkSize });
    case 'zstd':
      return new ZstdFrames(() => zlib.createZstdDecompress({ ...zstdOptions, chunkSize }));
  }
};

/** Bytes of a head that tell how it is coded. */
export const knownByBytes = 2;

/** RFC 1950: method 8, and the first two bytes are a multiple of 31. */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
