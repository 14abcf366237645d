import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import { mayBeGiven } from '@trawl/shared/domain/request-headers.ts';

/** What a run's settings mean for one fetch. Derived once per run: nothing of it is computed again per URL. */
export type FetchPolicy = {
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  bodyTimeoutMs: number;
  totalTimeoutMs: number;
  /** The longest in all, waits for turns, robots.txt and memory included: none of them is the host's. */
  executionMs: number;
  /** The least of the four: no limit can be passed earlier than this after anything happened. */
  shortestTimeoutMs: number;
  maxHeadBytes: number;
  maxWireBytes: number;
  maxBodyBytes: number;
  /** A body that passes the limit is an answer all the same: its first part. */
  truncates?: true;
  maxRedirects: number;
  bodies: CrawlSettings['bodies'];
  /** Most inflated bytes of a body that stay in memory for the record. */
  inlineBytes: number;
  /** Flat list name, value, name, value: what every request of the run sends. Names are lower case. */
  headers: string[];
};

/** @param executionMs longest that an execution may take */
export const fetchPolicyOf = (settings: CrawlSettings, executionMs = Number.POSITIVE_INFINITY): FetchPolicy => {
  const { connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, totalTimeoutMs } = settings;
  return {
    connectTimeoutMs,
    headersTimeoutMs,
    bodyTimeoutMs,
    totalTimeoutMs,
    executionMs,
    shortestTimeoutMs: Math.min(connectTimeoutMs, headersTimeoutMs, bodyTimeoutMs, totalTimeoutMs),
    maxHeadBytes: settings.maxHeadBytes,
    maxWireBytes: settings.maxWireBytes,
    maxBodyBytes: settings.maxBodyBytes,
    maxRedirects: settings.maxRedirects,
    bodies: settings.bodies,
    inlineBytes: settings.inlineBytes,
    headers: headersOf(settings),
  };
};

/** How much of this body the record will want. */
export const keptBytesOf = ({ bodies, inlineBytes }: FetchPolicy, headers: ResponseHeaders): number => {
  switch (bodies) {
    case 'none':
    case 'files':
      return 0;
    case 'json':
      return /[/+]json\b/i.test(headers['content-type'] ?? '') ? inlineBytes : 0;
    case 'inline':
      return inlineBytes;
  }
};

/** What may stand around the chunks of a body: their sizes, extensions, trailers. Honest servers need a hundredth of it. */
export const framingBytes = (bodyBytes: number): number => 64 * 1024 + 2 * bodyBytes;

/** Definitions of crawls outlive the Trawl that read them: what none may give is left out once more. */
const headersOf = (settings: CrawlSettings): string[] => {
  const defaults = { 'user-agent': settings.userAgent, accept: '*/*', 'accept-encoding': 'gzip, deflate, br, zstd' };
  return Object.entries({ ...defaults, ...settings.headers })
    .filter(([name]) => mayBeGiven(name))
    .flatMap(([name, value]) => [name, latin1OfUtf8(value)]);
};

/** Header bytes are written as latin1; a person who types more than ASCII means UTF-8. */
const latin1OfUtf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
