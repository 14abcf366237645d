import {
  controlQueueName,
  type FiringJobData,
  firingJobVersion,
  jobIdOfSlot,
} from '@trawl/shared/domain/firing-job.ts';
import type { Schedule } from '@trawl/shared/domain/schedule.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import { nextSlot } from '@trawl/shared/frontier/slots.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { type SchedulerWish, schedulerWishOf } from './scheduler-wish.ts';

/** A scheduler as BullMQ has it. */
export type FoundScheduler = {
  crawl: string;
  wish: Partial<SchedulerWish>;
  /** Its newest job is still to be done. BullMQ makes each job out of the one before, so that without it nothing fires any more. */
  isAlive: boolean;
};

export type ControlQueue = ReturnType<typeof openControlQueue>;

/** Firings that are kept to be looked at. */
const jobsKept = 20;
const eventsKept = 1000;

/** A firing that fails has met a Redis that is not well: it is tried again for a quarter of an hour. */
const attempts = 20;

/** The queue `control`: BullMQ's schedulers, one for each schedule, and the jobs that they make. */
export const openControlQueue = (redis: Redis, shard: Shard) => {
  const queue = new Queue<FiringJobData>(controlQueueName, {
    connection: redis,
    prefix: shard.bullPrefix,
    streams: { events: { maxLen: eventsKept } },
  });
  queue.on('error', () => {
    // The connection is shared; its own listener logs.
  });
  const options = {
    attempts,
    backoff: { type: 'custom' },
    removeOnComplete: { count: jobsKept },
    removeOnFail: { count: jobsKept },
  };

  return {
    found: async (): Promise<FoundScheduler[]> => {
      const schedulers = await queue.getJobSchedulers(0, -1);
      return Promise.all(
        schedulers.map(async ({ key, every, offset, pattern, tz, startDate, endDate, next = 0 }) => {
          const job = await queue.getJob(jobIdOfSlot(key, next));
          const isAlive = job !== undefined && job.finishedOn === undefined;
          return { crawl: key, wish: asWish({ every, offset, pattern, tz, startDate, endDate }), isAlive };
        }),
      );
    },

    /** Makes the scheduler of a schedule. There must be none of its name. */
    make: async (schedule: Schedule, nowMs: number): Promise<void> => {
      const { crawl } = schedule;
      const slotMs = nextSlot(schedule, nowMs);
      // Left over where only the scheduler itself was lost: BullMQ refuses to make a job that is there.
      if (slotMs !== undefined) await queue.remove(jobIdOfSlot(crawl, slotMs));
      const template = { name: 'fire', data: { v: firingJobVersion, crawl } as const, opts: options };
      await queue.upsertJobScheduler(crawl, schedulerWishOf(schedule, nowMs), template);
    },

    remove: async (crawl: string): Promise<void> => void (await queue.removeJobScheduler(crawl)),

    /** A firing of its own, for a slot that no scheduler has a job for. */
    addFiring: async (crawl: string, slotMs: number): Promise<void> => {
      const data = { v: firingJobVersion, crawl, slotMs } as const;
      await queue.add('fire', data, { ...options, jobId: `late-${crawl}-${slotMs}` });
    },

    close: () => queue.close(),
  };
};

const asWish = (found: { [K in keyof SchedulerWish]: SchedulerWish[K] | undefined }): Partial<SchedulerWish> =>
  Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
