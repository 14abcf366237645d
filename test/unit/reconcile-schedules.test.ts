import { type Schedule, type ScheduleTerms, scheduleOf } from '@trawl/shared/domain/schedule.ts';
import { expect, test } from 'vitest';
import type { FoundScheduler } from '../../apps/producer/src/schedule/control-queue.ts';
import { repairOf } from '../../apps/producer/src/schedule/reconcile.ts';
import { schedulerWishOf } from '../../apps/producer/src/schedule/scheduler-wish.ts';

const schedule = (crawl: string, change: Partial<ScheduleTerms> = {}): Schedule =>
  scheduleOf(
    crawl,
    { timing: { kind: 'every', everyMs: 2000 }, jitterMs: 0, overlap: 'skip', ...change },
    { before: undefined, nowMs: 1500 },
  );

const nowMs = 10_000;
const wanted = (one: Schedule, state = {}) => ({ schedule: one, state });
const found = (one: Schedule, isAlive = true): FoundScheduler => ({
  crawl: one.crawl,
  wish: schedulerWishOf(one, 0),
  isAlive,
});

test('nothing is done where each schedule has its scheduler', () => {
  const daily = schedule('b', { timing: { kind: 'pattern', pattern: '0 6 * * *', tz: 'UTC' } });
  const all = [schedule('a'), daily, schedule('c', { startMs: 5000 })];
  expect(
    repairOf(
      all.map((one) => wanted(one)),
      all.map((one) => found(one)),
      nowMs,
    ),
  ).toEqual({ make: [], remove: [] });
});

test('a missing scheduler is made, an orphan removed', () => {
  expect(repairOf([wanted(schedule('a'))], [found(schedule('b'))], nowMs)).toEqual({
    make: [schedule('a')],
    remove: ['b'],
  });
});

test('a scheduler whose next job is gone is made anew', () => {
  const one = schedule('a');
  expect(repairOf([wanted(one)], [found(one, false)], nowMs)).toEqual({ make: [one], remove: ['a'] });
});

test.each<[string, Partial<ScheduleTerms>]>([
  ['another interval', { timing: { kind: 'every', everyMs: 3000 } }],
  ['another grid', { startMs: 700 }],
  ['a pattern instead', { timing: { kind: 'pattern', pattern: '0 6 * * *', tz: 'UTC' } }],
  ['an end', { endMs: 90_000 }],
  ['a start to come', { startMs: 80_000 }],
])('a scheduler that differs is made anew: %s', (_what, change) => {
  const one = schedule('a', change);
  expect(repairOf([wanted(one)], [found(schedule('a'))], nowMs)).toEqual({ make: [one], remove: ['a'] });
});

test('overlap, limit and jitter are no matter of BullMQ', () => {
  const one = schedule('a', { overlap: 'queue', limit: 2, jitterMs: 500 });
  expect(repairOf([wanted(one)], [found(schedule('a'))], nowMs)).toEqual({ make: [], remove: [] });
});

test('a schedule that is paused, at its limit or past its end has no scheduler', () => {
  const paused = { ...schedule('a'), paused: true };
  const atLimit = schedule('b', { limit: 1 });
  const over = schedule('c', { endMs: 5000 });
  const all = [wanted(paused), wanted(atLimit, { ended: 'limit' }), wanted(over)];
  expect(repairOf(all, [], nowMs)).toEqual({ make: [], remove: [] });
  const there = [found(paused), found(atLimit), found(over, false)];
  expect(repairOf(all, there, nowMs)).toEqual({ make: [], remove: ['a', 'b', 'c'] });
});

test('past its end a schedule keeps its scheduler until the last firing is done', () => {
  const over = schedule('c', { endMs: 5000 });
  expect(repairOf([wanted(over)], [found(over)], nowMs)).toEqual({ make: [], remove: [] });
});
