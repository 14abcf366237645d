import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { removeUnreadableJobs } from '../../apps/producer/src/release/unreadable-jobs.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

const keys = keysOf(firstShard);
const queue = keys.jobs('fetch');

test('a job that stalled more often than any worker lets it is removed, others stay', async () => {
  for (const [id, stalls] of [
    ['killer', 21],
    ['spoilt', 26],
  ] as const) {
    await redis.hset(keys.job('fetch', id), 'data', '{}', 'stc', stalls);
    await redis.rpush(`${queue}active`, id);
    await redis.sadd(`${queue}stalled`, id);
  }
  expect(await removeUnreadableJobs(redis, firstShard)).toEqual(['spoilt']);
  expect(await redis.lrange(`${queue}active`, 0, -1)).toEqual(['killer']);
  expect(await redis.smembers(`${queue}stalled`)).toEqual(['killer']);
  expect(await redis.exists(keys.job('fetch', 'killer'), keys.job('fetch', 'spoilt'))).toBe(1);
});
