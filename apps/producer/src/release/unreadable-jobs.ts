import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

/** A worker that can read a job ends it at its 21st stall, as a URL that kills. */
const mostStalls = 25;

/**
 * Removes jobs at which BullMQ itself breaks off, time and again, before any code of ours sees them: a hand on Redis has
 * spoilt them. One that was ours is then missing, and added again by the sweeper. Answers their ids.
 */
export const removeUnreadableJobs = async (redis: Redis, shard: Shard): Promise<string[]> => {
  const keys = keysOf(shard);
  const queue = keys.jobs(fetchQueueName);
  const active = await redis.lrange(`${queue}active`, 0, -1);
  const stalls = await Promise.all(active.map((id) => redis.hget(keys.job(fetchQueueName, id), 'stc')));
  const unreadable = active.filter((_, i) => Number(stalls[i] ?? 0) > mostStalls);
  for (const id of unreadable) {
    const job = keys.job(fetchQueueName, id);
    await redis.multi().lrem(`${queue}active`, 0, id).srem(`${queue}stalled`, id).unlink(job, `${job}:lock`).exec();
  }
  return unreadable;
};
