import { runOfCrawl } from '../domain/crawl-definition.ts';
import { runOfSlot } from '../domain/run-stamp.ts';
import { type Schedule, spanOf } from '../domain/schedule.ts';
import type { Redis } from '../platform/redis.ts';
import { createCrawls } from './crawls.ts';
import { loadScripts } from './load-scripts.ts';
import { wishesOf } from './run-wishes.ts';
import { keysOf, type Shard } from './shard.ts';

export type FiringResult =
  | { kind: 'started'; run: string }
  /** `because`: the run that is not finished. */
  | { kind: 'skipped' | 'queued' | 'waits'; because: string }
  /** It was dealt with before. */
  | { kind: 'handled'; what: string }
  /** The schedule has no such slot, now. */
  | { kind: 'outside'; why: string }
  | { kind: 'unknown-schedule' };

export type Slot = { crawl: string; slotMs: number; hasWaited: boolean };

export type FireSchedule = (slot: Slot, nowMs: number) => Promise<FiringResult>;

/** Starts the run of a slot, by the schedule and the crawl as they are now. However often a slot is fired, it starts one run. */
export const createFireSchedule = (redis: Redis, shard: Shard): FireSchedule => {
  const scripts = loadScripts(redis);
  const crawls = createCrawls(redis, shard);
  const keys = keysOf(shard);

  const runOf = async ({ crawl, slotMs }: Slot, nowMs: number) => {
    const definition = await crawls.get(crawl);
    if (definition === undefined) return undefined;
    const createdAtMs = Math.floor(nowMs);
    const spec = runOfCrawl(definition, { run: runOfSlot(crawl, slotMs), createdAtMs, slotMs });
    const { pace, robots } = wishesOf(spec.settings);
    return { run: [definition.version, spec.run, JSON.stringify(spec), createdAtMs, ...pace], robots };
  };

  return async (slot, nowMs) => {
    const { crawl, slotMs, hasWaited } = slot;
    for (;;) {
      const text = await redis.hget(keys.schedules, crawl);
      const wanted = text === null ? undefined : await runOf(slot, nowMs);
      if (text === null || wanted === undefined) return { kind: 'unknown-schedule' };
      const head = [crawl, slotMs, hasWaited ? '1' : '0', text];
      const args = [...head, ...wanted.run, ...conditionsOf(JSON.parse(text) as Schedule), ...wanted.robots];
      const [kind, word] = (await scripts.fire([shard.prefix], args)) as [Kind, string];
      if (kind !== 'changed') return resultOf(kind, word);
    }
  };
};

type Kind = Exclude<FiringResult['kind'], 'unknown-schedule'> | 'changed';

function conditionsOf(schedule: Schedule): (string | number)[] {
  const { fromMs, untilMs = '' } = spanOf(schedule);
  return [schedule.overlap, schedule.limit ?? 0, fromMs, untilMs, schedule.paused ? '1' : '0'];
}

function resultOf(kind: Exclude<Kind, 'changed'>, word: string): FiringResult {
  switch (kind) {
    case 'started':
      return { kind, run: word };
    case 'skipped':
    case 'queued':
    case 'waits':
      return { kind, because: word };
    case 'handled':
      return { kind, what: word };
    case 'outside':
      return { kind, why: word };
  }
}
