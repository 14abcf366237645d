import { headers, headerText } from './header-kinds.ts';
import type { SettingsOf } from './setting.ts';
import { bytes, choice, count, duration, list, rate, yesNo } from './setting-kinds.ts';

/** Everything that a user may decide about a crawl: flags of `trawl run` and `enqueue`, keys of a crawl file. */
export const crawlSettings = {
  perHost: {
    flag: 'per-host',
    kind: count({ min: 1, max: 100_000 }),
    default: 6,
    help: 'requests in flight at one host, over the whole fleet',
  },
  perHostGapMs: {
    flag: 'per-host-gap',
    kind: duration({ maxMs: 3_600_000 }),
    default: 0,
    help: 'least time between two requests to one host',
  },
  ratePerSecond: { flag: 'rate', kind: rate, default: 0, help: 'requests of the whole fleet, all hosts together' },
  attempts: {
    flag: 'attempts',
    kind: count({ min: 1, max: 100 }),
    default: 4,
    help: 'tries of a URL that fails in a way that may pass',
  },
  backoffMs: {
    flag: 'backoff',
    kind: duration({ minMs: 1 }),
    default: 1000,
    help: 'base of the exponential backoff with full jitter',
  },
  backoffCapMs: {
    flag: 'backoff-cap',
    kind: duration({ minMs: 1 }),
    default: 60_000,
    help: 'longest backoff between two tries',
  },
  retryAfterCapMs: {
    flag: 'retry-after-cap',
    kind: duration({ minMs: 1, maxMs: 3_600_000 }),
    default: 600_000,
    help: 'longest Retry-After that is obeyed',
  },
  patienceMs: {
    flag: 'patience',
    kind: duration({ minMs: 1 }),
    default: 3_600_000,
    help: 'how long a URL may be deferred before it ends as expired',
  },
  connectTimeoutMs: {
    flag: 'connect-timeout',
    kind: duration({ minMs: 1, maxMs: 40_000 }),
    default: 10_000,
    help: 'for DNS, TCP and TLS of a new connection',
  },
  headersTimeoutMs: {
    flag: 'headers-timeout',
    kind: duration({ minMs: 1, maxMs: 40_000 }),
    default: 20_000,
    help: 'from the request to the head of the response',
  },
  bodyTimeoutMs: {
    flag: 'body-timeout',
    kind: duration({ minMs: 1, maxMs: 40_000 }),
    default: 20_000,
    help: 'between two chunks of a body',
  },
  totalTimeoutMs: {
    flag: 'timeout',
    kind: duration({ minMs: 1, maxMs: 40_000 }),
    default: 30_000,
    help: 'for one try as a whole, redirects included',
  },
  maxHeadBytes: {
    flag: 'max-head-bytes',
    kind: bytes({ min: 1024, max: 1024 ** 2 }),
    default: 64 * 1024,
    help: 'status line and headers of an answer',
  },
  maxWireBytes: {
    flag: 'max-wire-bytes',
    kind: bytes({ min: 1 }),
    default: 10 * 1024 ** 2,
    help: 'body bytes as they arrive',
  },
  maxBodyBytes: {
    flag: 'max-body-bytes',
    kind: bytes({ min: 1 }),
    default: 50 * 1024 ** 2,
    help: 'body bytes after decompression',
  },
  maxRedirects: { flag: 'max-redirects', kind: count({ min: 0, max: 20 }), default: 5, help: 'redirects followed' },
  userAgent: {
    flag: 'user-agent',
    kind: headerText,
    default: 'Trawl/0.1',
    help: 'sent with every request: say who you are',
  },
  robots: {
    flag: 'robots',
    kind: choice('obey', 'ignore'),
    default: 'obey',
    help: 'obey the robots.txt of every host (RFC 9309), or ask without it',
  },
  crawlDelayCapMs: {
    flag: 'crawl-delay-cap',
    kind: duration({ maxMs: 3_600_000 }),
    default: 10_000,
    help: 'longest crawl-delay of a robots.txt that is kept as a gap; 0: none is',
  },
  headers: {
    flag: 'header',
    kind: headers,
    default: {},
    help: 'a header sent with every request, "Name: value", repeatable',
  },
  cookies: {
    flag: 'cookies',
    kind: yesNo,
    default: false,
    help: 'keep the cookies of each host for the run, and send them back to it',
  },
  urlCredentials: {
    flag: 'url-credentials',
    kind: yesNo,
    default: false,
    help: 'take user:password@ of a URL as basic auth of its request; otherwise they are dropped',
  },
  keepHeaders: {
    flag: 'keep-headers',
    kind: list,
    default: ['date', 'server', 'last-modified', 'etag', 'cache-control', 'content-language', 'retry-after'],
    help: 'response headers kept in the record',
  },
  bodies: {
    flag: 'bodies',
    kind: choice('none', 'json', 'inline', 'files'),
    default: 'json',
    help: 'bodies kept: none; in the record JSON only, or JSON and text (inline); as files by their hash',
  },
  inlineBytes: {
    flag: 'inline-bytes',
    kind: bytes({ min: 0, max: 1024 ** 2 }),
    default: 64 * 1024,
    help: 'most bytes of an inline body',
  },
  keepDuplicates: {
    flag: 'keep-duplicates',
    kind: yesNo,
    default: false,
    help: 'fetch repeated URLs again instead of recording them as duplicate',
  },
} as const;

export type CrawlSettings = SettingsOf<typeof crawlSettings>;
