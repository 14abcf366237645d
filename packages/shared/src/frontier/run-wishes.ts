import type { CrawlSettings } from '../domain/crawl-settings.ts';
import { productOf, userAgentOf } from '../domain/robots-product.ts';

/** What the scripts must know of a run: its gap, most at once per host, rate; the name robots.txt calls it by and the crawl-delay it obeys. */
export const wishesOf = (settings: CrawlSettings) => ({
  pace: [settings.perHostGapMs, settings.perHost, settings.ratePerSecond],
  robots: [productOf(userAgentOf(settings)), settings.robots === 'obey' ? settings.crawlDelayCapMs : 0],
});
