import { fetchQueueName } from '../domain/fetch-job.ts';
import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

/** Jobs of the queue `fetch` that a worker with room would start now: none while an operator holds the queue by pause or limit. */
export const readStartableJobs = async (redis: Redis, shard: Shard): Promise<number> => {
  const keys = keysOf(shard);
  const queue = keys.jobs(fetchQueueName);
  const [waiting, meta, limitedForMs] = await Promise.all([
    redis.llen(keys.waitingJobs(fetchQueueName)),
    redis.hmget(`${queue}meta`, 'paused', 'concurrency', 'max'),
    redis.pttl(`${queue}limiter`),
  ]);
  const isHeld = meta.some((value) => value !== null && value !== '0') || limitedForMs > 0;
  return isHeld ? 0 : waiting;
};
