import { setTimeout as delay } from 'node:timers/promises';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { some, type Violation } from './verdicts.ts';

/** Kinds of keys that hold something of a line or a job. */
const ofLines =
  /^\{t0\}:(q:|r:|l:|released$|executions$|room-wanted$|fetch:(wait|active|delayed|prioritized|paused|failed|completed|stalled|waiting-children)$|fetch:[^:]*-\d+-\d+)/;

/**
 * When every run is collected nothing is left in frontier, released table, leases and the sets of BullMQ. A job whose worker died between commit
 * and finish is found by the stalled check, the lease of a dead execution expires: both get their time.
 */
export const judgeLeftovers = async (redis: Redis, withinMs: number): Promise<Violation[]> => {
  let left: string[] = [];
  for (let waitedMs = 0; waitedMs <= withinMs; waitedMs += 250) {
    left = await leftovers(redis);
    if (left.length === 0) return [];
    await delay(250);
  }
  return [{ promise: 'nothing is left on the way', details: some(left, 12) }];
};

export async function leftovers(redis: Redis): Promise<string[]> {
  const keys = (await redis.keys(`${firstShard.prefix}*`)).filter((key) => ofLines.test(key));
  const found = await Promise.all(keys.map(async (key) => `${key} ${await contentOf(redis, key)}`));
  const backlog = await redis.hgetall(`${firstShard.prefix}backlog`);
  for (const [field, value] of Object.entries(backlog)) if (value !== '0') found.push(`backlog ${field} ${value}`);
  const waiting = await redis.hgetall(`${firstShard.prefix}waiting`);
  for (const [run, value] of Object.entries(waiting)) found.push(`waiting ${run} ${value}`);
  return found;
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  if (type === 'hash') return JSON.stringify(await redis.hgetall(key)).slice(0, 300);
  if (type === 'list') return JSON.stringify(await redis.lrange(key, 0, 3));
  if (type === 'zset') return JSON.stringify(await redis.zrange(key, '0', '3', 'WITHSCORES'));
  return type;
}
