import { fetchJobVersion, fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type Job as BullJob, DelayedError, type JobJson, UnrecoverableError, Worker } from 'bullmq';
import type { Ending, Job } from './job.ts';
import { readJob } from './read-job.ts';

export type QueueOptions = {
  redis: Redis;
  shard: Shard;
  /** A job whose worker stopped renewing its lock for this long is run again elsewhere. */
  lockMs: number;
  stalledIntervalMs: number;
  log: Logger;
  /** This machine's clock, the one that BullMQ's delays are on. */
  now: () => number;
};

/** A job of a newer Trawl is left for a newer worker, and looked at again, later each time. */
const newerVersionPauseMs = { first: 5000, most: 60_000 };

/** An infrastructure error costs no attempt: the job is looked at again, later each time. */
const infrastructurePauseMs = { first: 1000, most: 60_000 };

/** What can be done with a job's entry in the queue while it is in hand. */
export type Entry = { noteDeathsAlone: (deaths: number) => Promise<void> };

export type Process = (job: Job, entry: Entry) => Promise<Ending>;

export type TakenJobs = {
  /** Executions begun since the start: the watchdog's pulse. */
  started: () => number;
  /** False once it was closed or given up, while it may take none, and when BullMQ has given up. */
  isTaking: () => boolean;
  /** From now on so many at once; 0: none. What is in hand goes on, and one that was on its way may still come. */
  takeAtMost: (n: number) => void;
  /** Stops taking and waits for those in hand. */
  close: () => Promise<void>;
  /** Leaves a connection on which nothing comes any more, with all that was on its way. */
  abandon: () => void;
};

/**
 * The only place that knows BullMQ's worker: its jobs become ours, our endings become its exceptions.
 * The returned worker takes jobs once it is told how many.
 */
export const takeJobs = (options: QueueOptions, process: Process): TakenJobs => {
  const { log, lockMs } = options;
  let started = 0;
  let isClosing = false;

  const worker = new StrangersWorker(
    fetchQueueName,
    async (bullJob: BullJob, token?: string) => {
      started++;
      const isFresh = options.now() - (bullJob.processedOn ?? 0) < lockMs / 2;
      const ending = isNewer(bullJob)
        ? handBack(bullJob, log)
        : await endingOf(ownJob(bullJob, { lockToken: token ?? '', isFresh }), bullJob, { process, log });
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
      autorun: false,
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
    started: () => started,
    isTaking: () => !isClosing && worker.isRunning() && !worker.isPaused(),
    takeAtMost: (n) => {
      if (isClosing) return;
      if (n === 0) return void worker.pause(true);
      worker.concurrency = n;
      if (!worker.isRunning() || worker.isPaused()) void worker.resume();
    },
    close: () => {
      isClosing = true;
      return worker.close();
    },
    abandon: () => {
      isClosing = true;
      void worker.close(true);
      options.redis.disconnect();
    },
  };
};

/** BullMQ breaks off at data that is no JSON, and the job would stay in its hands: here it comes to us, as what it is. */
class StrangersWorker extends Worker {
  /** Also where `resume` starts it, which looks after no failure. */
  override run(): Promise<void> {
    return super.run().catch((error: unknown) => void this.emit('error', error as Error));
  }

  protected override createJob(job: JobJson, id: string): BullJob {
    try {
      return super.createJob(job, id);
    } catch {
      return super.createJob({ ...job, data: '"not JSON"' }, id);
    }
  }
}

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

const handBack = ({ id, data, attemptsStarted }: BullJob, log: Logger): Ending => {
  log.warn({ job: id, version: (data as { v: number }).v }, 'job of a newer version handed back');
  return { next: 'wait', delayMs: laterEachTime(newerVersionPauseMs, attemptsStarted) };
};

const laterEachTime = ({ first, most }: { first: number; most: number }, times: number): number =>
  Math.min(most, first * 2 ** (times - 1));

const endingOf = async (
  job: Job,
  bullJob: BullJob,
  { process, log }: { process: Process; log: Logger },
): Promise<Ending> => {
  try {
    return await process(job, {
      noteDeathsAlone: (deathsAlone) => bullJob.updateData({ ...(bullJob.data as object), deathsAlone }),
    });
  } catch (error) {
    log.error({ err: error, run: job.run, seq: job.line.seq }, 'execution failed');
    return { next: 'wait', delayMs: laterEachTime(infrastructurePauseMs, job.executions) };
  }
};

/** A job that Trawl did not make fails at once, whatever tries its options ask for. */
const ownJob: typeof readJob = (bullJob, hand) => {
  try {
    return readJob(bullJob, hand);
  } catch (error) {
    throw new UnrecoverableError(`not a job of Trawl: ${error instanceof Error ? error.message : String(error)}`);
  }
};
