import { whileRedisAnswers } from '@trawl/shared/platform/while-redis-answers.ts';
import { expect, test } from 'vitest';
import { logForTests } from '../support/log-for-tests.ts';

/** A clock that every look moves on. */
const clock = (stepMs: number) => {
  let nowMs = 0;
  return () => (nowMs += stepMs);
};
const never = new Promise<never>(() => {});
const parts = (status: 'ready' | 'reconnecting', reason?: string) => {
  const { log, lines } = logForTests();
  const said = () => lines().map(({ msg }) => msg);
  return { surroundings: { redis: { status }, trouble: { reason: () => reason }, log }, said };
};

test('the last work of a process is waited for as long as Redis answers', async () => {
  const { surroundings, said } = parts('ready');
  await whileRedisAnswers(Promise.reject(new Error('its own')), surroundings, { patienceMs: 0, now: clock(1) });
  expect(said()).toEqual([]);
});

test.each([
  { of: 'is away', status: 'reconnecting', reason: undefined },
  { of: 'refuses', status: 'ready', reason: 'OOM' },
] as const)('a Redis that $of is waited for as long as its patience lasts', async ({ status, reason }) => {
  const { surroundings, said } = parts(status, reason);
  await whileRedisAnswers(never, surroundings, { patienceMs: 100, now: clock(60) });
  expect(said()).toEqual(['Redis is away: stopping without it']);
});

test('a connection on which nothing comes any more is not waited for beyond the most', async () => {
  const { surroundings, said } = parts('ready');
  await whileRedisAnswers(never, surroundings, { patienceMs: 1e9, mostMs: 1000, now: clock(600) });
  expect(said()).toEqual(['a connection to Redis does not end: stopping without it']);
});
