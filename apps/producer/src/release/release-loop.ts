import type { Frontier } from '@trawl/shared/frontier/frontier.ts';
import { type FetchQueue, withoutTurns } from './fetch-queue.ts';

export type ReleaseOptions = {
  frontier: Pick<Frontier, 'release'>;
  queue: Pick<FetchQueue, 'add'>;
  /** Resolves when something may have become releasable, or after `atMostMs`. */
  waitForWake: (atMostMs: number) => Promise<void>;
  leaseMs: number;
  sinkLagBytes: number;
  /** Most jobs that may wait in BullMQ, now. */
  window: () => number;
  /** From a release on, so long nobody else adds its jobs: below the time between two looks of the sweeper. */
  ownForMs: number;
  monotonicMs: () => number;
};

/** URLs a script call: long enough to be cheap, short enough not to hold Redis up. */
const mostAtOnce = 250;
/** A wake-up that got lost with its producer costs this much at worst. */
const longestSleepMs = 5000;

/** Moves URLs from the frontier to the queue as their hosts become free, until told to stop. */
export const releaseLoop = async (options: ReleaseOptions, stop: AbortSignal): Promise<void> => {
  const { frontier, queue, leaseMs, sinkLagBytes, ownForMs, monotonicMs } = options;
  while (!stop.aborted) {
    const askedAtMs = monotonicMs();
    const released = await frontier.release({ most: mostAtOnce, leaseMs, sinkLagBytes, window: options.window() });
    const { urls } = released;
    // Who stood still may add what the sweeper has added meanwhile, and what has ended since.
    const isLate = monotonicMs() - askedAtMs > ownForMs;
    if (urls.length > 0) await queue.add(isLate ? withoutTurns(urls) : urls, released.nowMs);
    else await options.waitForWake(Math.min(released.waitMs ?? longestSleepMs, longestSleepMs));
  }
};
