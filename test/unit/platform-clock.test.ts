import { redisClock } from '@trawl/shared/platform/clock.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const hourMs = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A Redis that only knows the time: this machine's plus `aheadMs()`, each answer late by the next of `delaysMs`. */
const timeOnly = (aheadMs: () => number, delaysMs: number[] = []): Redis => {
  const time = async () => {
    const now = Date.now() + aheadMs();
    await new Promise((resolve) => setTimeout(resolve, delaysMs.shift() ?? 0));
    return [String(Math.floor(now / 1000)), String((now % 1000) * 1000)];
  };
  return { status: 'ready', time } as unknown as Redis;
};

const started = async (redis: Redis) => {
  const clock = redisClock(redis);
  await vi.advanceTimersByTimeAsync(5000);
  return clock;
};

test('the clock shows the time of Redis, not of this machine', async () => {
  const clock = await started(timeOnly(() => hourMs));
  expect(clock.offsetMs).toBeCloseTo(hourMs, -1);
  expect(clock.now()).toBeCloseTo(Date.now() + hourMs, -1);
  clock.stop();
});

test('the answer that came quickest decides: slow ones say little about the offset', async () => {
  const clock = await started(timeOnly(() => hourMs, [400, 400, 10, 400, 400]));
  expect(clock.offsetMs).toBeCloseTo(hourMs - 5, 0);
  clock.stop();
});

test('a clock that drifts is followed', async () => {
  let aheadMs = hourMs;
  const clock = await started(timeOnly(() => aheadMs));
  aheadMs = 2 * hourMs;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(clock.offsetMs).toBeCloseTo(2 * hourMs, -1);
  clock.stop();
});

test('a Redis that is lost later leaves the last offset', async () => {
  const redis = timeOnly(() => hourMs);
  const clock = await started(redis);
  redis.time = () => Promise.reject(new Error('gone'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(clock.offsetMs).toBeCloseTo(hourMs, -1);
  clock.stop();
});

test('a Redis that cannot tell the time fails the start', async () => {
  const silent = { status: 'ready', time: () => Promise.reject(new Error('gone')) } as unknown as Redis;
  await expect(redisClock(silent)).rejects.toThrow('gone');
});

test('a clock of the machine that is set shows at once as offset, and moves the time of Redis by nothing', async () => {
  let setByMs = 0;
  const machine = { wallMs: () => Date.now() + setByMs, monotonicMs: () => performance.now() };
  const clock = redisClock(
    timeOnly(() => 0),
    machine,
  );
  await vi.advanceTimersByTimeAsync(5000);
  setByMs = hourMs;
  expect((await clock).offsetMs).toBeCloseTo(-hourMs, -1);
  expect((await clock).now()).toBeCloseTo(Date.now(), -1);
  (await clock).stop();
});

test('a machine that slept asks again within a second', async () => {
  let sleptMs = 0;
  const clock = redisClock(
    timeOnly(() => sleptMs),
    { wallMs: () => Date.now() + sleptMs, monotonicMs: () => performance.now() },
  );
  await vi.advanceTimersByTimeAsync(5000);
  sleptMs = hourMs;
  await vi.advanceTimersByTimeAsync(1000);
  expect((await clock).now()).toBeCloseTo(Date.now() + hourMs, -1);
  (await clock).stop();
});
