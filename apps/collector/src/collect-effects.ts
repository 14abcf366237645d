import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { countersOf } from '@trawl/shared/domain/report-counters.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import type { Frontier } from '@trawl/shared/frontier/frontier.ts';
import { emptyBatch, type OutcomeBatch, openOutcomeReader, sinkGroup } from '@trawl/shared/frontier/outcome-stream.ts';
import type { Runs } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { CollectEffects, Outcomes } from './collect.ts';
import { createNextBatch } from './read/next-batch.ts';
import { type RunLease, takeRunLease } from './run-lease.ts';
import { beginProgress, type RunProgress, readProgress } from './run-progress.ts';
import { claimKeysOf, keepsEntries, openSinks, type RunSinks } from './sink/open-sinks.ts';

export type CollectTools = {
  shard: Shard;
  /** Waits for a lost Redis and repeats what got no answer: for commands that may run twice. */
  redis: Redis;
  /** On a connection that repeats nothing: an acknowledgement that runs twice would count twice. */
  frontier: Pick<Frontier, 'acknowledge'>;
  /** A connection of its own that repeats nothing, for blocking reads. */
  connectReader: () => Redis;
  runs: Pick<Runs, 'dropFeedingState'>;
  stdout: Writable;
  /** Monotonic ms. */
  now: () => number;
  /** The time of Redis in ms. */
  redisNowMs: () => number;
  log: Logger;
};

/** The real effects for one attempt to collect a run. */
export const collectEffects = (spec: RunSpec, tools: CollectTools): CollectEffects => {
  const { redis, shard, now } = tools;
  const { run } = spec;
  const keys = keysOf(shard);
  let firstOutcomeAtMs: number | undefined;

  return {
    takeLease: () => takeRunLease({ redis, key: keys.owner(run), token: randomUUID(), now }),
    isCollected: async () => (await redis.sismember(keys.toCollect, run)) === 0,

    openSinks: async (lease, stop) => {
      const progress = await readProgress(redis, shard, run);
      firstOutcomeAtMs = progress?.firstOutcomeAtMs;
      const patience = patienceOf(lease, stop);
      const sinks = await openSinks(spec, progress?.sinks, { ...tools, patience });
      if (sinks === undefined || progress !== undefined) return sinks;
      const begun = { run, token: lease.token, progress: { sinks: sinks.states() } };
      if (await beginProgress(redis, shard, begun)) return sinks;
      await sinks.close();
      return undefined;
    },

    openOutcomes: (until) => openOutcomes(run, tools, until),

    acknowledge: (batch, { lease, sinks }) => {
      firstOutcomeAtMs ??= batch.entries[0]?.atMs;
      const zeroMs = firstOutcomeAtMs ?? 0;
      const progress: RunProgress = { firstOutcomeAtMs: zeroMs, sinks: sinks.states() };
      return tools.frontier.acknowledge({
        run,
        token: lease.token,
        group: sinkGroup,
        keepEntries: keepsEntries(spec),
        records: batch.records,
        bytes: batch.bytes,
        sinkState: JSON.stringify(progress),
        entryIds: batch.entries.map(({ id }) => id),
        counters: countersOf(batch.entries.map(({ atMs, summaries }) => ({ atMs: atMs - zeroMs, summaries }))),
      });
    },

    isComplete: async () => {
      const [state, uncollected] = await redis.hmget(keys.run(run), 'state', 'uncollected');
      return state === 'finished' && Number(uncollected ?? 0) <= 0;
    },

    finish: (sinks) => finishRun(spec, sinks, tools),
  };
};

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
  await last.unlink(keys.sink(run), ...claimKeysOf(spec, shard)).exec();
  log.info({ run }, 'run collected');
}

async function openOutcomes(run: string, tools: CollectTools, until: AbortSignal): Promise<Outcomes> {
  const redis = tools.connectReader();
  const hangUp = (): void => redis.disconnect();
  until.addEventListener('abort', hangUp);
  const close = (): void => {
    until.removeEventListener('abort', hangUp);
    hangUp();
  };
  try {
    const reader = await openOutcomeReader(redis, tools.shard, run);
    const read = (waitMs: number): Promise<OutcomeBatch> =>
      reader.read(waitMs).catch((error: unknown) => {
        if (until.aborted) return emptyBatch;
        throw error;
      });
    const next = createNextBatch({ read, now: tools.now, pause: (ms) => pause(ms, until) });
    return { next: () => next(until), close };
  } catch (error) {
    close();
    if (!until.aborted) throw error;
    return { next: async () => emptyBatch, close };
  }
}

function patienceOf(lease: RunLease, stop: AbortSignal) {
  return {
    isOver: () => stop.aborted || !lease.isHeld(),
    pause: (ms: number) => pause(ms, AbortSignal.any([stop, lease.lost])),
  };
}

/** Ends early when told to stop. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
}
