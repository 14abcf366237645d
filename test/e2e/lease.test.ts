import { takeLease } from '@trawl/shared/frontier/lease.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

const take = (token: string, now = () => 0) => takeLease({ redis, key: 'lease', token, now });

test('a lease is one process’s until it is released, or expires', async () => {
  const first = await take('first');
  expect(await take('second')).toBeUndefined();
  expect(await redis.pttl('lease')).toBeGreaterThan(0);
  await first?.release();
  const second = await take('second');
  expect(second?.isHeld()).toBe(true);
  await first?.release();
  expect(await redis.get('lease')).toBe('second');
  await second?.release();
});

test('a lease whose answer got lost is had by who asks again, and keeps its end', async () => {
  const unheard = await take('first');
  await redis.pexpire('lease', 5000);
  const lease = await take('first');
  expect(lease?.isHeld()).toBe(true);
  expect(await redis.pttl('lease')).toBeLessThanOrEqual(5000);
  await Promise.all([unheard?.release(), lease?.release()]);
});

test('a process that stood still for longer than its lease lasts does not believe to have it', async () => {
  let nowMs = 0;
  const lease = await take('slow', () => nowMs);
  const lifeMs = 15_000;
  expect(await redis.pttl('lease')).toBeLessThanOrEqual(lifeMs);
  nowMs = lifeMs - 1;
  expect([lease?.isHeld(), lease?.lost.aborted]).toEqual([false, true]);
  await lease?.release();
});
