import type { CrawlSettings } from './crawl-settings.ts';

/** `Trawl/1.0 (+https://...)` is about `trawl`: the product token by which a robots.txt calls a crawler (RFC 9309, 2.2.1). */
export const productOf = (userAgent: string): string => (/^[a-z_-]+/i.exec(userAgent)?.[0] ?? '').toLowerCase();

/** The User-Agent that the run's requests carry: a header of that name stands above the setting. */
export const userAgentOf = ({ headers, userAgent }: CrawlSettings): string => headers['user-agent'] ?? userAgent;
