import { setTimeout as delay } from 'node:timers/promises';
import { forgetRuns } from '@trawl/shared/frontier/forget-runs.ts';
import { keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import { isCutOff } from '@trawl/shared/platform/redis-trouble.ts';
import { createSweeper, type SweepOptions } from './sweeper.ts';
import { removeUnreadableJobs } from './unreadable-jobs.ts';

export type SweepLoopOptions = SweepOptions & {
  /** Of this process. */
  id: string;
  log: Logger;
  everyMs: number;
  keepRunsMs: number;
  /** Redis ms. */
  nowMs: () => number;
  /** Told how many jobs were added again. */
  onAdded: (jobs: number) => void;
};

/** One producer of the fleet sweeps at a time, and forgets old runs; each pass looks at what was missing in the pass before. */
export const sweepLoop = async (options: SweepLoopOptions, stop: AbortSignal): Promise<void> => {
  const { redis, shard, id, log, everyMs, nowMs } = options;
  const { sweeper } = keysOf(shard);
  const sweep = createSweeper(options);
  const pass = async (): Promise<void> => {
    const unreadable = await removeUnreadableJobs(redis, shard);
    if (unreadable.length > 0) log.error({ jobs: unreadable }, 'jobs that nobody can read removed');
    const added = await sweep(nowMs());
    options.onAdded(added);
    if (added > 0) log.warn({ added }, 'jobs that were missing added again');
    const forgotten = await forgetRuns(redis, shard, nowMs() - options.keepRunsMs);
    if (forgotten > 0) log.info({ forgotten }, 'old runs forgotten');
  };
  while (!stop.aborted) {
    await delay(everyMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    const isMine =
      (await redis.set(sweeper, id, 'PX', everyMs * 2, 'NX')) === 'OK' || (await redis.get(sweeper)) === id;
    if (!isMine) continue;
    await redis.pexpire(sweeper, everyMs * 2);
    await pass().catch((error: unknown) => {
      if (!isCutOff(error)) throw error;
      log.warn({ err: error }, 'sweeping was cut off');
    });
  }
};
