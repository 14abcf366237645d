import { type FetchJobData, fetchJobVersion, fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
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

  return {
    add: async (urls: ReleasedUrl[], releasedAtMs: number): Promise<void> => {
      await queue.addBulk(urls.map((url) => jobOf(url, releasedAtMs)));
    },
    close: () => queue.close(),
  };
};

export type FetchQueue = ReturnType<typeof openFetchQueue>;

function jobOf({ run, host, record, turnHeld }: ReleasedUrl, releasedAtMs: number) {
  const data: FetchJobData = { v: fetchJobVersion, run, host, record, releasedAtMs, turnHeld };
  return { name: 'url', data, opts: { jobId: jobIdOf(run, decodeLine(record)) } };
}
