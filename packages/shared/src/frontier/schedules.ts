import { isDeepStrictEqual } from 'node:util';
import { type Schedule, type ScheduleTerms, scheduleOf } from '../domain/schedule.ts';
import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { keysOf, type Shard } from './shard.ts';

/** What has become of a schedule so far. */
export type ScheduleState = {
  /** Runs that it started. */
  fired: number;
  skipped: number;
  /** Slots that wait for the run before them. */
  queued: number;
  lastRun?: string;
  lastFiring?: Firing;
  /** It starts no more runs. */
  ended?: 'limit';
};

/** A slot and what became of it: `started RUN`, `skipped` or `queued`. */
export type Firing = { slotMs: number; what: string };

export type Schedules = ReturnType<typeof createSchedules>;

/** The schedules as they are wished for. Producers hear of a change at once and make it true. */
export const createSchedules = (redis: Redis, shard: Shard) => {
  const scripts = loadScripts(redis);
  const keys = keysOf(shard);

  const textOf = async (crawl: string): Promise<string> => (await redis.hget(keys.schedules, crawl)) ?? '';
  const firings = async (crawl: string, most: number): Promise<Firing[]> =>
    (await redis.zrange(keys.firings(crawl), String(-most), '-1')).map(firingOf);

  /** Reads, changes and writes until nobody has been in between. */
  const change = async (
    crawl: string,
    next: (before: Schedule | undefined) => Schedule | undefined,
  ): Promise<Change> => {
    for (;;) {
      const text = await textOf(crawl);
      const before = text === '' ? undefined : (JSON.parse(text) as Schedule);
      const after = next(before);
      if (after === undefined) return 'unknown';
      if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(after)))) return 'unchanged';
      const answer = await scripts.schedule([shard.prefix], ['put', crawl, text, JSON.stringify(after)]);
      if (answer === 'unknown') return 'unknown';
      if (answer === 'done') return before ? 'changed' : 'added';
    }
  };

  return {
    firings,

    get: async (crawl: string): Promise<Schedule | undefined> => {
      const text = await textOf(crawl);
      return text === '' ? undefined : (JSON.parse(text) as Schedule);
    },

    /** By name. */
    list: async (): Promise<Schedule[]> =>
      (await redis.hvals(keys.schedules))
        .map((text) => JSON.parse(text) as Schedule)
        .sort((a, b) => (a.crawl < b.crawl ? -1 : 1)),

    /** Adds or replaces the schedule of a crawl; `unknown`: there is no such crawl. Counters and pause stay. */
    put: (crawl: string, terms: ScheduleTerms, nowMs: number): Promise<Change> =>
      change(crawl, (before) => scheduleOf(crawl, terms, { before, nowMs: Math.floor(nowMs) })),

    pause: (crawl: string): Promise<Change> => change(crawl, (before) => before && { ...before, paused: true }),

    /** What would have fired in the meantime is not made up for. */
    resume: (crawl: string, nowMs: number): Promise<Change> =>
      change(crawl, (before) => (before?.paused ? { ...before, paused: false, sinceMs: Math.floor(nowMs) } : before)),

    remove: async (crawl: string): Promise<'done' | 'unknown'> =>
      (await scripts.schedule([shard.prefix], ['remove', crawl])) as 'done' | 'unknown',

    state: async (crawl: string): Promise<ScheduleState> => {
      const [hash, queued, [lastFiring]] = await Promise.all([
        redis.hgetall(keys.schedule(crawl)),
        redis.zcard(keys.queuedSlots(crawl)),
        firings(crawl, 1),
      ]);
      return {
        fired: Number(hash['fired'] ?? 0),
        skipped: Number(hash['skipped'] ?? 0),
        queued,
        ...(hash['lastRun'] === undefined ? {} : { lastRun: hash['lastRun'] }),
        ...(lastFiring === undefined ? {} : { lastFiring }),
        ...(hash['ended'] === 'limit' ? { ended: hash['ended'] } : {}),
      };
    },

    /** For each crawl with slots that wait, the oldest of them. */
    oldestQueued: async (): Promise<{ crawl: string; slotMs: number }[]> => {
      const crawls = await redis.smembers(keys.queuedSchedules);
      const slots = await Promise.all(crawls.map((crawl) => redis.zrange(keys.queuedSlots(crawl), '0', '0')));
      return crawls.flatMap((crawl, i) =>
        slots[i]?.[0] === undefined ? [] : [{ crawl, slotMs: Number(slots[i][0]) }],
      );
    },
  };
};

type Change = 'added' | 'changed' | 'unchanged' | 'unknown';

function firingOf(member: string): Firing {
  const space = member.indexOf(' ');
  return { slotMs: Number(member.slice(0, space)), what: member.slice(space + 1) };
}
