import { hash } from 'node:crypto';
import type { CanonicalUrl } from '@trawl/shared/domain/canonical-url.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';

/** Where and as what a request is remembered. That one of 10^9 requests is mistaken has a chance below 10^-6. */
export type Fingerprint = {
  /** uint32 */
  bucket: number;
  /** Signed 64 bit integer as decimal text: Redis packs such members of a set into 8 bytes. */
  member: string;
};

/** Equal for requests that are the same: URL, method, headers in any order, body. */
export const fingerprint = (url: CanonicalUrl, overrides?: RequestOverrides): Fingerprint => {
  // Of the hashes of Node the fastest on short text where the CPU knows it; only its first 96 bits are used.
  const digest = hash('sha256', overrides === undefined ? url : textOf(url, overrides), 'hex');
  return {
    bucket: Number.parseInt(digest.slice(0, 8), 16),
    member: BigInt.asIntN(64, BigInt(`0x${digest.slice(8, 24)}`)).toString(),
  };
};

/** Never the text of a plain URL: that has no space in it. */
function textOf(url: string, { method = 'GET', headers = {}, body }: RequestOverrides): string {
  const lines = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  if (method === 'GET' && lines.length === 0 && body === undefined) return url;
  return `${method} ${url}\n${JSON.stringify([lines, body ?? null])}`;
}
