import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { answer } from '../answer.ts';
import { type Ask, oneOf, type Route, wholeNumber } from '../ask.ts';
import { productJson } from '../pretend-product.ts';

/** The JSON product of `/json?bytes=`, compressed, whatever Accept-Encoding says. A large `bytes` makes a bomb. */
export const encodingRoutes: Record<string, Route> = {
  '/gzip': (ask) => sendEncoded(ask, 'gzip', gzipSync),
  '/br': (ask) => sendEncoded(ask, 'br', brotliCompressSync),
  '/deflate': (ask) =>
    sendEncoded(ask, 'deflate', oneOf(ask.query, 'form', ['zlib', 'raw']) === 'raw' ? deflateRawSync : deflateSync),
  '/zstd': (ask) => sendEncoded(ask, 'zstd', zstdCompressSync),
  '/bad-gzip': (ask) => sendEncoded(ask, 'gzip', (plain) => corrupted(gzipSync(plain))),
  '/truncated-gzip': (ask) => sendEncoded(ask, 'gzip', (plain) => firstHalf(gzipSync(plain))),
};

function sendEncoded({ query, response }: Ask, encoding: string, compress: (plain: Buffer) => Buffer): void {
  const plain = productJson(wholeNumber(query, 'id', 1), wholeNumber(query, 'bytes', 1024));
  answer(response, { headers: ['content-encoding', encoding], body: compress(Buffer.from(plain)) });
}

const gzipHeadBytes = 10;

/** The first block's type becomes 3, which no inflater knows (RFC 1951, 3.2.3). */
function corrupted(gzip: Buffer): Buffer {
  return Buffer.from(gzip).fill(0xff, gzipHeadBytes, gzipHeadBytes + 8);
}

function firstHalf(gzip: Buffer): Buffer {
  return gzip.subarray(0, gzip.length >> 1);
}
