import type { CrawlContent } from '@trawl/shared/domain/crawl-definition.ts';
import type { ScheduleTerms } from '@trawl/shared/domain/schedule.ts';
import { createCrawls } from '@trawl/shared/frontier/crawls.ts';
import { createFireSchedule, type FiringResult } from '@trawl/shared/frontier/fire-schedule.ts';
import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { firstShard, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { frontierWorld } from './frontier-world.ts';
import { settingsWith } from './settings-for-tests.ts';

/** A crawl of some URLs, each of whose runs writes to a file of its own. */
export const crawlOf = (urls: string[] = [], directory = '/nowhere'): CrawlContent => ({
  source: { kind: 'urls', urls },
  settings: settingsWith(),
  sinks: [{ kind: 'jsonl', path: `${directory}/{run}.jsonl` }],
});

export const everySecond = (change: Partial<ScheduleTerms> = {}): ScheduleTerms => ({
  timing: { kind: 'every', everyMs: 1000 },
  jitterMs: 0,
  overlap: 'skip',
  ...change,
});

/** Crawls and schedules on a real Redis, without anybody who serves them: time is what the test says. */
export const scheduleWorld = (redis: Redis, shard: Shard = firstShard) => {
  const crawls = createCrawls(redis, shard);
  const schedules = createSchedules(redis, shard);
  const fireSchedule = createFireSchedule(redis, shard);
  const frontier = frontierWorld(redis, shard);
  return {
    ...frontier,
    crawls,
    schedules,
    /** A crawl `a` with a schedule that was added at second 0. */
    add: async (change: Partial<ScheduleTerms> = {}): Promise<void> => {
      await crawls.define('a', crawlOf(), 0);
      await schedules.put('a', everySecond(change), 0);
    },
    /** Fires the slot of a second. */
    fire: (second: number, hasWaited = false): Promise<FiringResult> =>
      fireSchedule({ crawl: 'a', slotMs: second * 1000, hasWaited }, second * 1000),
    finish: (run: string) => frontier.pushAll(run, []),
    whatBecame: async (): Promise<string[]> =>
      (await schedules.firings('a', 1000)).map(({ slotMs, what }) => `${slotMs / 1000} ${what}`),
  };
};
