import type { Writable } from 'node:stream';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { listenForNews } from '@trawl/shared/frontier/news.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { RedisClock } from '@trawl/shared/platform/clock.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type CollectEnding, collectRun } from './collect.ts';
import { type CollectTools, collectEffects } from './collect-effects.ts';
import { followOneRun, followRuns } from './follow-runs.ts';
import { needsStdout } from './sink/open-sinks.ts';

export type CollectorParts = {
  shard: Shard;
  redis: Redis;
  clock: RedisClock;
  log: Logger;
  stdout: Writable;
};

/**
 * Wires one collector and starts it. `only`: the one run that it is for; else it serves all, except those that write to
 * a standard output. `done` resolves when the one run is collected, and rejects with a UserError when its sink needs help.
 */
export const startCollector = (
  only: RunSpec | undefined,
  parts: CollectorParts,
): { stop: () => Promise<void>; done: Promise<void> } => {
  const { redis, shard, log } = parts;
  const stopping = new AbortController();
  const tools: CollectTools = {
    ...parts,
    connectOnce: () => quietly(redis.duplicate({ maxRetriesPerRequest: 0, retryStrategy: null })),
    runs: createRuns(redis, shard),
    now: () => performance.now(),
    redisNowMs: () => parts.clock.now(),
  };
  log.info({ run: only?.run }, 'collector started');
  const done = only ? collectOne(only, tools, stopping.signal) : collectAll(tools, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await done.catch(() => undefined);
    log.info('collector stopped');
  };
  return { stop, done };
};

const collectOne = async (spec: RunSpec, tools: CollectTools, stop: AbortSignal): Promise<void> => {
  const log = tools.log.child({ run: spec.run });
  const collect = () => collectRun(collectEffects(spec, tools), stop);
  await followOneRun({ collect, isCollected: collectEffects(spec, tools).isCollected, log }, stop);
};

const collectAll = async (tools: CollectTools, stop: AbortSignal): Promise<void> => {
  const { redis, shard, log } = tools;
  const keys = keysOf(shard);
  const runs = createRuns(redis, shard);
  const forOthers = new Set<string>();
  const collect = async (run: string): Promise<CollectEnding | undefined> => {
    if (forOthers.has(run)) return undefined;
    const spec = await runs.spec(run);
    if (spec !== undefined && !needsStdout(spec)) return collectRun(collectEffects(spec, tools), stop);
    forOthers.add(run);
    return undefined;
  };
  const news = await listenForNews(quietly(redis.duplicate()), keys.newRuns, stop);
  try {
    await followRuns({ names: () => redis.smembers(keys.toCollect), waitForNews: news.wait, collect, log }, stop);
  } finally {
    news.close();
  }
};

/** The main connection reports what is wrong with Redis; each command still rejects by itself. */
function quietly(redis: Redis): Redis {
  redis.on('error', () => undefined);
  return redis;
}
