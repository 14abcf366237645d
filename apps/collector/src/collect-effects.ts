import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { takeLease } from '@trawl/shared/frontier/lease.ts';
import { sinkGroup } from '@trawl/shared/frontier/outcome-stream.ts';
import { RunGone, refuseGoneRun } from '@trawl/shared/frontier/run-gone.ts';
import type { Runs } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { CollectEffects } from './collect.ts';
import type { CollectorMeasure } from './metrics/measure-collector.ts';
import { openOutcomes } from './open-outcomes.ts';
import { claimKeysOf, keepsEntries, openSinks, type RunSinks } from './sink/open-sinks.ts';

export type CollectTools = {
  shard: Shard;
  /** Waits for a lost Redis and repeats what got no answer: for commands that may run twice. */
  redis: Redis;
  /** A new connection that repeats nothing and ends for good when it breaks. */
  connectOnce: () => Redis;
  runs: Pick<Runs, 'dropFeedingState'>;
  measure: CollectorMeasure;
  stdout: Writable;
  /** Monotonic ms. */
  now: () => number;
  /** The time of Redis in ms. */
  redisNowMs: () => number;
  log: Logger;
};

/** The real effects of collecting a run. */
export const collectEffects = (spec: RunSpec, tools: CollectTools): CollectEffects => {
  const { redis, shard, now, measure } = tools;
  const { run } = spec;
  const keys = keysOf(shard);

  return {
    takeLease: async () => {
      const lease = await takeLease({ redis, key: keys.owner(run), token: randomUUID(), now });
      return lease && measure.ownedRun(lease);
    },
    isCollected: async () => {
      if ((await redis.sismember(keys.toCollect, run)) === 1) return false;
      await refuseGoneRun(redis, shard, run);
      return true;
    },

    openOutcomes: async ({ token }, stop) => {
      const connection = tools.connectOnce();
      try {
        return await openOutcomes(spec, { connection, shard, token, now }, stop);
      } catch (error) {
        connection.disconnect();
        throw error;
      }
    },

    openSinks: async ({ lease, outcomes }, stop) => {
      const patience = {
        isOver: () => stop.aborted || !lease.isHeld(),
        pause: (ms: number) => delay(ms, undefined, { signal: stop }).catch(() => undefined),
      };
      const progress = await outcomes.progress();
      const hasAcknowledged = progress !== undefined || (await hasAcknowledgedAny(run, redis, keys));
      const opened = await openSinks(spec, progress?.sinks, {
        ...tools,
        patience,
        isOurs: lease.isHeld,
        hasAcknowledged,
      });
      if (opened === undefined) return undefined;
      const sinks = measure.sinks(opened);
      if (progress !== undefined || (await outcomes.begin(sinks))) return sinks;
      await sinks.close();
      return undefined;
    },

    isComplete: async () => {
      const [state, uncollected] = await redis.hmget(keys.run(run), 'state', 'uncollected');
      if (state === null) throw new RunGone(run);
      return state === 'finished' && Number(uncollected ?? 0) <= 0;
    },

    finish: (sinks) => finishRun(spec, sinks, tools),
  };
};

/** Do all sinks have a record of it? Of a run that was collected meanwhile they have all. */
async function hasAcknowledgedAny(run: string, redis: Redis, keys: ReturnType<typeof keysOf>): Promise<boolean> {
  // One after the other, since a full Redis takes no MULTI from who makes room; in this order, since both grow together.
  const recorded = await redis.hget(keys.count(run), 'recorded');
  const uncollected = await redis.hget(keys.run(run), 'uncollected');
  return Number(recorded ?? 0) > Number(uncollected ?? 0);
}

/** Everything here may happen twice. Only the last step says that the run is collected. */
async function finishRun(
  spec: RunSpec,
  sinks: RunSinks,
  { redis, shard, runs, redisNowMs, log }: CollectTools,
): Promise<void> {
  const { run } = spec;
  const keys = keysOf(shard);
  await sinks.finish();
  await runs.dropFeedingState(run);
  const last = redis.multi().hsetnx(keys.run(run), 'collectedAtMs', Math.round(redisNowMs())).srem(keys.toCollect, run);
  if (keepsEntries(spec)) last.xgroup('DESTROY', keys.outcomes(run), sinkGroup);
  else last.unlink(keys.outcomes(run));
  await last
    .hdel(keys.lag, run)
    .unlink(keys.sink(run), ...claimKeysOf(spec, shard))
    .exec();
  log.info({ run }, 'run collected');
}
