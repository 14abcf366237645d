import { setTimeout as delay } from 'node:timers/promises';
import { watchLoopRounds } from '@trawl/shared/platform/loop-rounds.ts';
import { expect, test } from 'vitest';

const idleMs = (): number => performance.nodeTiming.idleTime;

const work = (ms: number): void => {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
};

test('a round takes as long as it works: what it waits is not counted, and it does wait', async () => {
  let sumMs = 0;
  const rounds = watchLoopRounds((tookMs) => {
    sumMs += tookMs;
  });
  const began = { atMs: performance.now(), idleMs: idleMs() };
  while (idleMs() - began.idleMs < 50) await delay(20);
  expect(sumMs).toBeLessThan(performance.now() - began.atMs - 49);
  work(30);
  expect(rounds.busyMs()).toBeGreaterThanOrEqual(29);
  rounds.stop();
});

test('one that is hurried is followed by the next, though nothing happens', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let ended = 0;
  const rounds = watchLoopRounds(() => {
    if (++ended < 100) rounds.hurry();
    else resolve();
  });
  rounds.hurry();
  await promise;
  rounds.stop();
  expect(ended).toBe(100);
});
