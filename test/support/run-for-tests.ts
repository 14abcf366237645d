import { type CrawlSettings, crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { readSettings } from '@trawl/shared/domain/setting.ts';

/** The defaults of every crawl setting, changed as the test says. */
export const settingsWith = (change: Partial<CrawlSettings> = {}): CrawlSettings => ({
  ...readSettings(crawlSettings, {}).values,
  ...change,
});

export const runSpecOf = (run: string, change: Partial<CrawlSettings> = {}): RunSpec => ({
  run,
  createdAtMs: 1,
  source: { kind: 'urls', urls: [] },
  settings: settingsWith(change),
  sinks: [],
});
