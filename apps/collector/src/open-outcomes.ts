import { setTimeout as delay } from 'node:timers/promises';
import { countersOf } from '@trawl/shared/domain/report-counters.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { createFrontier } from '@trawl/shared/frontier/frontier.ts';
import { emptyBatch, type OutcomeBatch, openOutcomeReader, sinkGroup } from '@trawl/shared/frontier/outcome-stream.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { Outcomes } from './collect.ts';
import { createNextBatch } from './read/next-batch.ts';
import { beginProgress, type RunProgress, readProgress } from './run-progress.ts';
import { keepsEntries } from './sink/open-sinks.ts';

export type OutcomesTools = {
  /** Neither repeats a command nor connects again, see openOutcomes. */
  connection: Redis;
  shard: Shard;
  /** Of the lease on the run. */
  token: string;
  /** Monotonic ms. */
  now: () => number;
};

/**
 * Reads and acknowledges on one connection, which is not mended when it breaks: an answer to a read that got lost would leave
 * a hole, an acknowledgement sent twice would count twice, and a Redis that comes back may have gone back in time. The
 * next attempt begins with what Redis then says.
 */
export const openOutcomes = async (
  spec: RunSpec,
  { connection, shard, token, now }: OutcomesTools,
  stop: AbortSignal,
): Promise<Outcomes> => {
  const { run } = spec;
  const frontier = createFrontier(connection, shard);
  const reader = await openOutcomeReader(connection, shard, run);
  const read = breakOffWhenIdle(reader.read, connection, stop);
  const next = createNextBatch({ read, now, pause: (ms) => pause(ms, stop) });
  let firstOutcomeAtMs: number | undefined;

  return {
    progress: async () => {
      const progress = await readProgress(connection, shard, run);
      firstOutcomeAtMs = progress?.firstOutcomeAtMs;
      return progress;
    },
    begin: (sinks) => beginProgress(connection, shard, { run, token, progress: { sinks: sinks.states() } }),
    next: () => next(stop),
    acknowledge: (batch, sinks) => {
      firstOutcomeAtMs ??= batch.entries[0]?.atMs ?? 0;
      const zeroMs = firstOutcomeAtMs;
      const progress: RunProgress = { firstOutcomeAtMs: zeroMs, sinks: sinks.states() };
      return frontier.acknowledge({
        run,
        token,
        group: sinkGroup,
        keepEntries: keepsEntries(spec),
        records: batch.records,
        bytes: batch.bytes,
        sinkState: JSON.stringify(progress),
        entryIds: batch.entries.map(({ id }) => id),
        counters: countersOf(batch.entries.map(({ atMs, summaries }) => ({ atMs: atMs - zeroMs, summaries }))),
      });
    },
    close: () => connection.disconnect(),
  };
};

/** A read that waits for records has none in hand: to stop, it hangs up. What may be on its way waits for the next owner. */
function breakOffWhenIdle(
  read: (waitMs: number) => Promise<OutcomeBatch>,
  connection: Redis,
  stop: AbortSignal,
): (waitMs: number) => Promise<OutcomeBatch> {
  return async (waitMs) => {
    if (waitMs === 0) return read(0);
    const hangUp = (): void => connection.disconnect();
    stop.addEventListener('abort', hangUp);
    try {
      return await read(waitMs);
    } catch (error) {
      if (stop.aborted) return emptyBatch;
      throw error;
    } finally {
      stop.removeEventListener('abort', hangUp);
    }
  };
}

/** Ends early when told to stop. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
}
