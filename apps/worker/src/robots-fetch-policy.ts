import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { userAgentOf } from '@trawl/shared/domain/robots-product.ts';
import { type FetchPolicy, fetchPolicyOf } from './fetch/fetch-policy.ts';
import { mostRobotsBytes } from './robots/robots-file.ts';

/** RFC 9309, section 2.3.1.2: at least five redirects are followed. */
const maxRedirects = 5;
const longestStageMs = 10_000;
/** Time for a redirect that has to keep a gap of ten seconds. */
const longestTotalMs = 20_000;
/** Coded bytes that come to nothing; plain ones end at `mostRobotsBytes`. */
const maxWireBytes = 64 * 1024 ** 2;

/** How a run asks for a robots.txt: by its User-Agent and with its patience, and without whatever else it sends to pages. */
export const robotsFetchPolicyOf = (settings: CrawlSettings, executionMs?: number): FetchPolicy => ({
  ...fetchPolicyOf(
    {
      ...settings,
      userAgent: userAgentOf(settings),
      headers: {},
      bodies: 'inline',
      inlineBytes: mostRobotsBytes,
      maxBodyBytes: mostRobotsBytes,
      maxWireBytes,
      maxRedirects,
      connectTimeoutMs: Math.min(settings.connectTimeoutMs, longestStageMs),
      headersTimeoutMs: Math.min(settings.headersTimeoutMs, longestStageMs),
      bodyTimeoutMs: Math.min(settings.bodyTimeoutMs, longestStageMs),
      totalTimeoutMs: Math.min(settings.totalTimeoutMs, longestTotalMs),
    },
    executionMs,
  ),
  truncates: true,
});
