import { redisClock } from '@trawl/shared/platform/clock.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';

/** A Redis that only knows the time: this machine's plus an hour, each answer late by the next of `delaysMs`. */
const hourAhead = (delaysMs: number[]): Redis => {
  const time = async () => {
    const now = Date.now() + 3_600_000;
    await new Promise((resolve) => setTimeout(resolve, delaysMs.shift() ?? 0));
    return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
  };
  return { status: 'ready', time } as unknown as Redis;
};

test('the clock shows the time of Redis, not of this machine', async () => {
  const clock = await redisClock(hourAhead([]));
  expect(Math.abs(clock.offsetMs - 3_600_000)).toBeLessThan(1000);
  expect(Math.abs(clock.now() - Date.now() - 3_600_000)).toBeLessThan(1000);
  clock.stop();
});

test('the answer that came quickest decides: slow ones say little about the offset', async () => {
  const clock = await redisClock(hourAhead([400, 400, 0, 400, 400]));
  expect(Math.abs(clock.offsetMs - 3_600_000)).toBeLessThan(150); // half of 400 ms would be 200 off
  clock.stop();
});

test('a Redis that cannot tell the time fails the start', async () => {
  const silent = { status: 'ready', time: () => Promise.reject(new Error('gone')) } as unknown as Redis;
  await expect(redisClock(silent)).rejects.toThrow('gone');
});
