import {
  batchLimits,
  joinBatches,
  type OutcomeBatch,
  type OutcomeReader,
} from '@trawl/shared/frontier/outcome-stream.ts';

export type GatherOptions = {
  read: OutcomeReader['read'];
  /** Monotonic ms. */
  now: () => number;
  pause: (ms: number) => Promise<void>;
};

/** An idle run is looked at this often, in case it is complete and nobody said so. */
const idleWaitMs = 2000;
/** Making a batch durable costs about the same whatever its size: under load it happens at most this often. */
const leastIntervalMs = 50;
/** What the run's last record may have to wait. */
const lookAgainMs = 10;

/**
 * Gives the next batch, empty when there was none for a while. It comes at once when the last one was long ago, when it
 * is full, and at the end of the run; else records are gathered until the interval has passed.
 */
export const createNextBatch = ({
  read,
  now,
  pause,
}: GatherOptions): ((stop: AbortSignal) => Promise<OutcomeBatch>) => {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  return async (stop) => {
    let batch = await read(idleWaitMs);
    while (mayGrow(batch) && !stop.aborted && (batch.more || now() < lastAtMs + leastIntervalMs)) {
      if (!batch.more) await pause(lookAgainMs);
      batch = joinBatches(batch, await read(0));
    }
    lastAtMs = now();
    return batch;
  };
};

function mayGrow({ records, bytes, ended }: OutcomeBatch): boolean {
  return records > 0 && !ended && records < batchLimits.records && bytes < batchLimits.bytes;
}
