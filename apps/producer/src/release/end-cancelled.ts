import { setTimeout as delay } from 'node:timers/promises';
import { finishCancelledRun } from '@trawl/shared/frontier/finish-cancelled-run.ts';
import { listenForNews } from '@trawl/shared/frontier/news.ts';
import { readHaltedRuns } from '@trawl/shared/frontier/run-control.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

export type EndCancelledOptions = {
  redis: Redis;
  /** A connection that does nothing else. */
  listener: Redis;
  shard: Shard;
  sinkLagBytes: number;
  nowIso: () => string;
  /** Told how many lines got their outcome. */
  onEnded: (lines: number) => void;
  /** How often to look when nothing is heard. */
  lookEveryMs: number;
};

/** While a run is being cancelled, its last lines are in the hands of workers, or wait for the lock of a dead one. */
const againAfterMs = 250;

/** Gives the remaining lines of cancelled runs their outcome, until told to stop. Several producers may do it at once. */
export const endCancelledRuns = async (options: EndCancelledOptions, stop: AbortSignal): Promise<void> => {
  const { redis, listener, shard, lookEveryMs } = options;
  const keys = keysOf(shard);
  const pause = () => delay(againAfterMs, undefined, { signal: stop }).catch(() => undefined);
  const news = await listenForNews(listener, keys.runControl, stop);

  const openOnes = async (): Promise<string[]> => {
    const cancelled = [...(await readHaltedRuns(redis, shard))].filter(([, halt]) => halt === 'cancelled');
    const states = await Promise.all(cancelled.map(([run]) => redis.hget(keys.run(run), 'state')));
    return cancelled.map(([run]) => run).filter((_, i) => states[i] !== null && states[i] !== 'finished');
  };

  try {
    while (!stop.aborted) {
      const runs = await openOnes();
      for (const run of runs) options.onEnded(await finishCancelledRun(run, { ...options, pause }, stop));
      await news.wait(runs.length > 0 ? againAfterMs : lookEveryMs);
    }
  } finally {
    news.close();
  }
};
