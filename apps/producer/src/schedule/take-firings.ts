import { controlQueueName, firingJobData, firingJobVersion, slotOfJob } from '@trawl/shared/domain/firing-job.ts';
import { jitterOf } from '@trawl/shared/domain/schedule.ts';
import type { FireSchedule, FiringResult } from '@trawl/shared/frontier/fire-schedule.ts';
import type { Schedules } from '@trawl/shared/frontier/schedules.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { DelayedError, type Job, Worker } from 'bullmq';

export type FiringOptions = {
  redis: Redis;
  shard: Shard;
  schedules: Pick<Schedules, 'get'>;
  fire: FireSchedule;
  /** Of Redis. */
  nowMs: () => number;
  /** This machine's clock, the one that BullMQ's delays are on. */
  machineNowMs: () => number;
  log: Logger;
};

/** A firing takes milliseconds. Short, so that one in the hands of a producer that was killed is soon in those of another. */
const lockMs = 5000;
const stalledIntervalMs = 2000;
/** One worker knows when the next job is due. How soon another looks, should it be killed: well below the shortest interval. */
const idleLookSeconds = 0.25;
const newerVersionPauseMs = 5000;
const longestBackoffMs = 60_000;

/**
 * Executes the firings of all schedules, in each producer one at a time. Several at the same time, or one twice, do no harm: what
 * becomes of a slot is decided and noted in one step. So BullMQ's global concurrency stays unset: with it a firing in the hands of a
 * producer that was killed would hold up all others until its lock has run out.
 */
export const takeFirings = (options: FiringOptions) => {
  const { redis, shard, schedules, fire, log } = options;

  const firing = async (job: Job): Promise<{ dueMs: number } | FiringResult> => {
    const data = firingJobData.parse(job.data);
    const slotMs = slotOfJob(job.id ?? '', data);
    const schedule = slotMs === undefined ? undefined : await schedules.get(data.crawl);
    if (slotMs === undefined || schedule === undefined) return { kind: 'unknown-schedule' };
    const dueMs = slotMs + jitterOf(schedule, slotMs);
    if (options.machineNowMs() < dueMs) return { dueMs };
    return fire({ crawl: data.crawl, slotMs, hasWaited: false }, options.nowMs());
  };

  const worker = new Worker(
    controlQueueName,
    async (job: Job, token?: string) => {
      const result = isNewer(job) ? { dueMs: options.machineNowMs() + newerVersionPauseMs } : await firing(job);
      if ('dueMs' in result) {
        await job.moveToDelayed(result.dueMs, token);
        throw new DelayedError();
      }
      tellFiring(job, result, log);
    },
    {
      connection: redis,
      prefix: shard.bullPrefix,
      concurrency: 1,
      lockDuration: lockMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount: 1e9,
      drainDelay: idleLookSeconds,
      runRetryDelay: 1000,
      settings: { backoffStrategy: (made) => Math.min(longestBackoffMs, 1000 * 2 ** (made - 1)) },
    },
  );
  worker.on('failed', (job, error) => log.error({ err: error, job: job?.id }, 'firing failed'));
  worker.on('error', (error) => log.warn({ err: error }, 'control queue connection error'));

  return { close: () => worker.close() };
};

const isNewer = ({ data }: Job): boolean => {
  const version = (data as { v?: unknown } | null)?.v;
  return typeof version === 'number' && version > firingJobVersion;
};

function tellFiring({ id }: Job, result: FiringResult, log: Logger): void {
  switch (result.kind) {
    case 'started':
      return log.info({ job: id, run: result.run }, 'schedule fired');
    case 'skipped':
      return log.warn({ job: id, because: result.because }, 'firing skipped: the run before is not finished');
    case 'queued':
      return log.info({ job: id, because: result.because }, 'firing waits for the run before');
    case 'handled':
    case 'outside':
    case 'waits':
    case 'unknown-schedule':
      return log.debug({ job: id, result }, 'firing changed nothing');
  }
}
