import { setTimeout as delay } from 'node:timers/promises';
import { type FetchJobData, fetchJobVersion, fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { isCutOff } from '@trawl/shared/platform/redis-trouble.ts';
import { Queue } from 'bullmq';

/** BullMQ writes two or three events a job; nothing of ours reads them. */
const eventsKept = 1000;
const tryAgainMs = 50;

/**
 * The queue `fetch`: one job for each released URL. Adding a job that is there already changes nothing.
 * Jobs are added on a connection that repeats nothing: sent again after its answer got lost, a job that has ended meanwhile would be
 * there once more, and rely on a turn that is given back.
 */
export const openFetchQueue = (redis: Redis, shard: Shard) => {
  let current = openOnce(redis, shard);
  let isClosed = false;

  const add = async (urls: ReleasedUrl[], releasedAtMs: number): Promise<void> => {
    const used = current;
    try {
      await used.queue.addBulk(urls.map((url) => jobOf(url, releasedAtMs)));
    } catch (error) {
      if (isClosed || (used.connection.status !== 'end' && !isCutOff(error))) throw error;
      await delay(tryAgainMs); // it may have no room for another connection
      await redis.ping(); // waits for Redis
      if (current === used) current = openOnce(redis, shard);
      void used.close();
      // A job that is there stays as it is; one that has ended already asks for its turn first, and is told so.
      await add(withoutTurns(urls), releasedAtMs);
    }
  };

  return {
    add,
    close: () => {
      isClosed = true;
      return current.close();
    },
  };
};

export type FetchQueue = ReturnType<typeof openFetchQueue>;

/** Nobody knows how long ago they were released, or whether they are there already: they ask for their turn. */
export const withoutTurns = (urls: ReleasedUrl[]): ReleasedUrl[] => urls.map((url) => ({ ...url, turnHeld: false }));

function openOnce(redis: Redis, shard: Shard) {
  const connection = redis.duplicate({ retryStrategy: null });
  const queue = new Queue<FetchJobData>(fetchQueueName, {
    connection,
    prefix: shard.bullPrefix,
    streams: { events: { maxLen: eventsKept } },
  });
  for (const each of [queue, connection])
    each.on('error', () => {
      // What waits for an answer is told as well, and the main connection says what is wrong with Redis.
    });
  const close = async (): Promise<void> => {
    await queue.close().catch(() => undefined);
    connection.disconnect();
  };
  return { queue, connection, close };
}

function jobOf({ run, host, record, turnHeld }: ReleasedUrl, releasedAtMs: number) {
  const data: FetchJobData = { v: fetchJobVersion, run, host, record, releasedAtMs, turnHeld };
  return { name: 'url', data, opts: { jobId: jobIdOf(run, decodeLine(record)) } };
}
