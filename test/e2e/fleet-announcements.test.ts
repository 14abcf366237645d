import { type Announcement, createFleet } from '@trawl/shared/frontier/fleet.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

const keys = keysOf(firstShard);
const fleet = () => createFleet(redis, firstShard);

const worker: Announcement = {
  id: 'a:1',
  app: 'worker',
  version: '1.2.3',
  startedAtMs: 500,
  clockOffsetMs: -3,
  healthUrl: 'http://127.0.0.1:9464',
  concurrency: 128,
};
const collector: Announcement = { id: 'b:2', app: 'collector', version: '1.2.3', startedAtMs: 700, clockOffsetMs: 0 };

test('who is there is told with all that it said, until it leaves', async () => {
  await fleet().announce(worker, 1000, 100);
  await fleet().announce(collector, 1000, 100);
  expect(await fleet().processes(1050)).toEqual([worker, collector]);
  await fleet().leave(worker.id);
  await fleet().leave(collector.id);
  expect(await fleet().processes(1050)).toEqual([]);
});

test('who has gone silent does not count', async () => {
  await fleet().announce(worker, 1000, 100);
  await fleet().announce(collector, 1000, 200);
  expect(await fleet().concurrency(1099)).toBe(128);
  expect(await fleet().concurrency(1100)).toBe(0);
  expect(await fleet().processes(1100)).toEqual([collector]);
});

test('who has been silent for a minute is forgotten, and who may only be late is not', async () => {
  await fleet().announce(worker, 1000, 100);
  await fleet().announce({ ...worker, id: 'late' }, 2000, 100);
  await fleet().announce(collector, 1000, 100);
  await fleet().concurrency(61_100);
  expect(await redis.hkeys(keys.workers)).toEqual(['late']);
  await fleet().processes(61_100);
  expect(await redis.hlen(keys.processes)).toBe(0);
});

test('a worker of an older version counts, and is told by what it says', async () => {
  await redis.hset(keys.workers, 'old:3', '64 2000');
  await fleet().announce(worker, 1000, 500);
  expect(await fleet().concurrency(1200)).toBe(192);
  expect(await fleet().processes(1200)).toEqual([worker, { id: 'old:3', app: 'worker', concurrency: 64 }]);
});

test('a producer of an older version reads what a worker says now', async () => {
  await fleet().announce(worker, 1000, 500);
  const [concurrency, untilMs] = ((await redis.hget(keys.workers, worker.id)) ?? '').split(' ').map(Number);
  expect([concurrency, untilMs]).toEqual([128, 1500]);
});
