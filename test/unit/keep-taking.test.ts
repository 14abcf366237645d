import { expect, test } from 'vitest';
import { keepTaking } from '../../apps/worker/src/keep-taking.ts';
import type { TakenJobs } from '../../apps/worker/src/queue.ts';

/** A way to the queue that notes what it is told. */
const way = (name: string, told: string[], started: number): TakenJobs => ({
  started: () => started,
  isTaking: () => true,
  takeAtMost: (n) => told.push(`${name} takes ${n}`),
  close: async () => void told.push(`${name} closes`),
  abandon: () => void told.push(`${name} is left`),
});

test('another way to the queue takes as many jobs as the one that was left, and goes on counting', async () => {
  const told: string[] = [];
  const taking = keepTaking(way('first', told, 5), async () => way('second', told, 2));
  taking.takeAtMost(7);
  await taking.replace();
  expect(taking.started()).toBe(7);
  await taking.close();
  expect(told).toEqual(['first takes 7', 'first is left', 'second takes 7', 'second closes']);
});

test('a way that is found only after the worker was told to stop takes nothing', async () => {
  const told: string[] = [];
  const found = Promise.withResolvers<TakenJobs>();
  const taking = keepTaking(way('first', told, 0), () => found.promise);
  const replaced = taking.replace();
  await taking.close();
  found.resolve(way('second', told, 0));
  await replaced;
  expect(told).toEqual(['first is left', 'first closes', 'second closes']);
});
