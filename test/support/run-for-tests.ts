import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { settingsWith } from './settings-for-tests.ts';

export const runSpecOf = (run: string, change: Partial<CrawlSettings> = {}): RunSpec => ({
  run,
  createdAtMs: 1,
  source: { kind: 'urls', urls: [] },
  settings: settingsWith(change),
  sinks: [],
});
