import { type FetchJobData, fetchJobVersion, fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { isCutOff } from '@trawl/shared/platform/redis-trouble.ts';
import { Queue } from 'bullmq';

/** BullMQ writes two or three events a job; nothing of ours reads them. */
const eventsKept = 1000;

/** The queue `fetch`: one job for each released URL. Adding a job that is there already changes nothing. */
export const openFetchQueue = (redis: Redis, shard: Shard) => {
  const queue = new Queue<FetchJobData>(fetchQueueName, {
    connection: redis,
    prefix: shard.bullPrefix,
    streams: { events: { maxLen: eventsKept } },
  });
  queue.on('error', () => {
    // The connection is shared; its own listener logs.
  });

  const add = async (urls: ReleasedUrl[], releasedAtMs: number): Promise<void> => {
    try {
      await queue.addBulk(urls.map((url) => jobOf(url, releasedAtMs)));
    } catch (error) {
      if (!isCutOff(error)) throw error;
      // A job that is there stays as it is; one that has ended already asks for its turn first, and is told so.
      const turnHeld = false;
      await add(
        urls.map((url) => ({ ...url, turnHeld })),
        releasedAtMs,
      );
    }
  };

  return {
    add,
    close: () => queue.close(),
  };
};

export type FetchQueue = ReturnType<typeof openFetchQueue>;

function jobOf({ run, host, record, turnHeld }: ReleasedUrl, releasedAtMs: number) {
  const data: FetchJobData = { v: fetchJobVersion, run, host, record, releasedAtMs, turnHeld };
  return { name: 'url', data, opts: { jobId: jobIdOf(run, decodeLine(record)) } };
}
