import { type CrawlSettings, crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { readSettings } from '@trawl/shared/domain/setting.ts';

/** The default settings, changed where a test is about them. */
export const settingsWith = (changes: Partial<CrawlSettings> = {}): CrawlSettings => ({
  ...readSettings(crawlSettings, {}).values,
  ...changes,
});
