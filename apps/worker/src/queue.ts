import { fetchJobData, fetchJobVersion, fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { decodeLine } from '@trawl/shared/domain/frontier-line.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type Job as BullJob, DelayedError, Worker } from 'bullmq';
import type { Ending, Job } from './job.ts';

export type QueueOptions = {
  redis: Redis;
  shard: Shard;
  concurrency: number;
  /** A job whose worker stopped renewing its lock for this long is run again elsewhere. */
  lockMs: number;
  stalledIntervalMs: number;
  log: Logger;
  /** This machine's clock, the one that BullMQ's delays are on. */
  now: () => number;
};

/** A job of a newer Trawl is left for a newer worker. */
const newerVersionPauseMs = 5000;

/** An infrastructure error costs no attempt: the job is looked at again, later each time. */
const infrastructurePauseMs = { first: 1000, most: 60_000 };

/**
 * The only place that knows BullMQ's worker: its jobs become ours, our endings become its exceptions.
 * The returned worker has begun to take jobs; `close` stops taking and waits for those in hand.
 */
export const takeJobs = (options: QueueOptions, process: (job: Job) => Promise<Ending>) => {
  const { log, lockMs } = options;
  let started = 0;
  let isClosing = false;

  const worker = new Worker(
    fetchQueueName,
    async (bullJob: BullJob, token?: string) => {
      started++;
      const isFresh = options.now() - (bullJob.processedOn ?? 0) < lockMs / 2;
      const ending = isNewer(bullJob)
        ? handBack(bullJob, log)
        : await endingOf(jobOf(bullJob, { lockToken: token ?? '', isFresh }), process, log);
      switch (ending.next) {
        case 'nothing':
          return;
        case 'retry':
          bullJob.opts.attempts = bullJob.attemptsMade + 2;
          bullJob.opts.backoff = { type: 'custom' };
          throw new RetryLater(ending.reason, ending.delayMs);
        case 'wait':
          await bullJob.moveToDelayed(options.now() + ending.delayMs, token);
          throw new DelayedError();
      }
    },
    {
      connection: options.redis,
      prefix: options.shard.bullPrefix,
      concurrency: options.concurrency,
      lockDuration: lockMs,
      stalledInterval: options.stalledIntervalMs,
      // Our own count decides when a URL is poison: BullMQ's limit would end it without a recorded outcome.
      maxStalledCount: 1e9,
      runRetryDelay: 1000,
      removeOnComplete: { count: 0 },
      // What ends there was not ours; a released URL that did is missed by the sweeper, and added again.
      removeOnFail: { count: 0 },
      settings: { backoffStrategy: (_made, _type, error) => (error instanceof RetryLater ? error.delayMs : 1000) },
    },
  );
  worker.on('failed', (bullJob, error) => {
    if (!(error instanceof RetryLater)) log.error({ err: error, job: bullJob?.id }, 'job dropped');
  });
  worker.on('error', (error) => log.warn({ err: error }, 'queue connection error'));

  return {
    /** Executions begun since the start: the watchdog's pulse. */
    started: () => started,
    /** False once `close` was called, and when BullMQ has given up. */
    isTaking: () => !isClosing && worker.isRunning(),
    close: (): Promise<void> => {
      isClosing = true;
      return worker.close();
    },
  };
};

/** Thrown to make BullMQ run the job again; carries no stack, since every retry would pay for it. */
class RetryLater extends Error {
  readonly delayMs: number;
  constructor(reason: string, delayMs: number) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = stackTraceLimit;
    this.delayMs = delayMs;
  }
}

const isNewer = ({ data }: BullJob): boolean => {
  const version = (data as { v?: unknown } | null)?.v;
  return typeof version === 'number' && version > fetchJobVersion;
};

const handBack = ({ id, data }: BullJob, log: Logger): Ending => {
  log.warn({ job: id, version: (data as { v: number }).v }, 'job of a newer version handed back');
  return { next: 'wait', delayMs: newerVersionPauseMs };
};

const endingOf = async (job: Job, process: (job: Job) => Promise<Ending>, log: Logger): Promise<Ending> => {
  try {
    return await process(job);
  } catch (error) {
    log.error({ err: error, run: job.run, seq: job.line.seq }, 'execution failed');
    const { first, most } = infrastructurePauseMs;
    return { next: 'wait', delayMs: Math.min(most, first * 2 ** (job.executions - 1)) };
  }
};

/**
 * Throws for data that Trawl did not write: such a job ends in BullMQ's failed list.
 * @param hand.isFresh false: its answer was so long on its way that the lock may be gone
 */
const jobOf = (bullJob: BullJob, hand: { lockToken: string; isFresh: boolean }): Job => {
  const data = fetchJobData.parse(bullJob.data);
  const line = decodeLine(data.record);
  return {
    id: bullJob.id ?? '',
    run: data.run,
    host: data.host,
    line,
    attempt: line.attempts + bullJob.attemptsMade + 1,
    deaths: bullJob.stalledCounter,
    executions: bullJob.attemptsStarted,
    isFirstExecution: bullJob.attemptsStarted <= 1 && bullJob.stalledCounter === 0 && hand.isFresh,
    lockToken: hand.lockToken,
    releasedAtMs: data.releasedAtMs,
    turnHeld: data.turnHeld,
  };
};
