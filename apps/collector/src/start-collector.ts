import type { Writable } from 'node:stream';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { keepAnnounced } from '@trawl/shared/frontier/announce-process.ts';
import { listenForNews } from '@trawl/shared/frontier/news.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import { createPulse } from '@trawl/shared/platform/health/readiness.ts';
import type { FleetProcess } from '@trawl/shared/platform/join-fleet.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { farewellPatience, lastWorkPatience, whileRedisAnswers } from '@trawl/shared/platform/while-redis-answers.ts';
import { type CollectEnding, collectRun } from './collect.ts';
import { type CollectTools, collectEffects } from './collect-effects.ts';
import { followOneRun, followRuns } from './follow-runs.ts';
import type { collectorMetrics } from './metrics/collector-metrics.ts';
import { measureCollector } from './metrics/measure-collector.ts';
import { needsStdout } from './sink/open-sinks.ts';

export type CollectorParts = FleetProcess<typeof collectorMetrics> & {
  shard: Shard;
  stdout: Writable;
};

/** It looks for new runs at least every five seconds, unless it hangs. */
const longestLookSilenceMs = 30_000;

/**
 * Wires one collector and starts it. `only`: the one run that it is for; else it serves all, except those that write to
 * a standard output. `done` resolves when the one run is collected, and rejects with a UserError when its sink needs help.
 */
export const startCollector = (
  only: RunSpec | undefined,
  parts: CollectorParts,
): { stop: () => Promise<void>; done: Promise<void> } => {
  const { redis, shard, log, health } = parts;
  const stopping = new AbortController();
  const now = () => performance.now();
  const measure = measureCollector(health.metrics, now);
  const tools: CollectTools = {
    ...parts,
    measure,
    connectOnce: () => quietly(redis.duplicate({ maxRetriesPerRequest: 0, retryStrategy: null })),
    runs: createRuns(redis, shard),
    now,
    redisNowMs: () => parts.clock.now(),
  };
  log.info({ run: only?.run }, 'collector started');
  health.readyWhen(() => (stopping.signal.aborted ? 'stopping' : undefined));
  health.beforePage(() => health.metrics.runsCollecting.set(measure.runsCollecting()));
  const announced = keepAnnounced(parts, shard);
  const looks = createPulse('new runs not looked for', { longestMs: longestLookSilenceMs, now });
  if (!only) health.readyWhen(looks.check);
  const work = only
    ? collectOne(only, tools, stopping.signal)
    : collectAll({ ...tools, onLook: looks.beat }, stopping.signal);
  const left = Promise.withResolvers<void>();
  const done = Promise.race([work, left.promise]);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await whileRedisAnswers(done, parts, { ...lastWorkPatience, now });
    left.resolve();
    await whileRedisAnswers(announced.stop(), parts, { ...farewellPatience, now });
    log.info('collector stopped');
  };
  return { stop, done };
};

const collectOne = async (spec: RunSpec, tools: CollectTools, stop: AbortSignal): Promise<void> => {
  const log = tools.log.child({ run: spec.run });
  const collect = () => collectRun(collectEffects(spec, tools), stop);
  await followOneRun({ collect, isCollected: collectEffects(spec, tools).isCollected, log }, stop);
};

const collectAll = async (tools: CollectTools & { onLook: () => void }, stop: AbortSignal): Promise<void> => {
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
  const names = async (): Promise<string[]> => {
    const found = await redis.smembers(keys.toCollect);
    tools.onLook();
    return found;
  };
  const news = await listenForNews(quietly(redis.duplicate()), keys.newRuns, stop);
  try {
    await followRuns({ names, waitForNews: news.wait, collect, log }, stop);
  } finally {
    news.close();
  }
};

/** The main connection reports what is wrong with Redis; each command still rejects by itself. */
function quietly(redis: Redis): Redis {
  redis.on('error', () => undefined);
  return redis;
}
