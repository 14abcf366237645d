import { jitterOf, type Schedule, type ScheduleTerms, scheduleOf } from '@trawl/shared/domain/schedule.ts';
import { newestSlot, nextSlot, patternProblem } from '@trawl/shared/frontier/slots.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const at = (iso: string): number => Date.parse(iso);

const terms = (change: Partial<ScheduleTerms> = {}): ScheduleTerms => ({
  timing: { kind: 'every', everyMs: 1000 },
  jitterMs: 0,
  overlap: 'skip',
  ...change,
});

const schedule = (change: Partial<ScheduleTerms> = {}, nowMs = 0): Schedule =>
  scheduleOf('shops', terms(change), { before: undefined, nowMs });

/** The next slots after a moment, as ISO 8601. */
const slotsAfter = (
  afterMs: number,
  { pattern, tz = 'UTC' }: { pattern: string; tz?: string },
  n: number,
): string[] => {
  const daily = schedule({ timing: { kind: 'pattern', pattern, tz } }, afterMs);
  const slots: number[] = [];
  for (let last = afterMs; slots.length < n; ) {
    last = nextSlot(daily, last) ?? Number.NaN;
    slots.push(last);
  }
  return slots.map((slot) => new Date(slot).toISOString());
};

test('slots of an interval lie on a grid that begins when the schedule is added', () => {
  const grid = schedule({}, 12_345);
  expect([newestSlot(grid, 12_345), nextSlot(grid, 12_345), nextSlot(grid, 13_344), nextSlot(grid, 13_345)]).toEqual([
    12_345, 13_345, 13_345, 14_345,
  ]);
});

test('with a start the grid begins there, and no slot lies before it', () => {
  const grid = schedule({ startMs: 50_000 }, 12_345);
  expect([newestSlot(grid, 49_999), nextSlot(grid, 0), nextSlot(grid, 50_000)]).toEqual([undefined, 50_000, 51_000]);
});

test('a start that has passed sets the grid, and brings back no slot of the past', () => {
  const grid = schedule({ startMs: 500 }, 12_345);
  expect([newestSlot(grid, 12_345), nextSlot(grid, 12_345)]).toEqual([undefined, 12_500]);
});

test('no slot lies behind the end', () => {
  const grid = schedule({ endMs: 2500 });
  expect([nextSlot(grid, 1999), nextSlot(grid, 2000), newestSlot(grid, 9999)]).toEqual([2000, undefined, 2000]);
});

test('the next slot is the first one after a moment, the newest the last one up to it', () => {
  const time = fc.integer({ min: 0, max: 1e12 });
  fc.assert(
    fc.property(time, time, fc.integer({ min: 1000, max: 1e9 }), (nowMs, laterMs, everyMs) => {
      const grid = schedule({ timing: { kind: 'every', everyMs } }, nowMs);
      const next = nextSlot(grid, nowMs + laterMs) ?? 0;
      const newest = newestSlot(grid, nowMs + laterMs) ?? 0;
      expect(next - newest).toBe(everyMs);
      expect(newest).toBeLessThanOrEqual(nowMs + laterMs);
      expect(next).toBeGreaterThan(nowMs + laterMs);
      expect((next - nowMs) % everyMs).toBe(0);
    }),
  );
});

test('a pattern follows the clocks of its time zone through both changes of the year', () => {
  const berlin = { pattern: '0 6 * * *', tz: 'Europe/Berlin' };
  expect(slotsAfter(at('2026-03-27T12:00:00Z'), berlin, 3)).toEqual([
    '2026-03-28T05:00:00.000Z', // 06:00 winter time
    '2026-03-29T04:00:00.000Z', // 06:00 summer time, the night was an hour short
    '2026-03-30T04:00:00.000Z',
  ]);
  expect(slotsAfter(at('2026-10-24T12:00:00Z'), berlin, 2)).toEqual([
    '2026-10-25T05:00:00.000Z',
    '2026-10-26T05:00:00.000Z',
  ]);
});

test('a time that the change to summer skips is made up for once, one that the change back repeats fires once', () => {
  const night = { pattern: '30 2 * * *', tz: 'Europe/Berlin' };
  expect(slotsAfter(at('2026-03-28T12:00:00Z'), night, 2)).toEqual([
    '2026-03-29T01:30:00.000Z', // 03:30: there was no 02:30
    '2026-03-30T00:30:00.000Z',
  ]);
  expect(slotsAfter(at('2026-10-24T12:00:00Z'), night, 2)).toEqual([
    '2026-10-25T00:30:00.000Z', // the first 02:30 of two
    '2026-10-26T01:30:00.000Z',
  ]);
});

test('the newest slot of a pattern is the last one that has passed since the schedule was added', () => {
  const daily = schedule({ timing: { kind: 'pattern', pattern: '0 6 * * *', tz: 'UTC' } }, at('2026-01-10T05:00:00Z'));
  expect(newestSlot(daily, at('2026-01-10T05:59:59Z'))).toBeUndefined();
  expect(newestSlot(daily, at('2026-01-10T06:00:00Z'))).toBe(at('2026-01-10T06:00:00Z'));
  expect(newestSlot(daily, at('2026-01-12T05:00:00Z'))).toBe(at('2026-01-11T06:00:00Z'));
});

test.each([
  ['0 6 * * *', 'UTC'],
  ['*/15 * * * * *', 'UTC'],
  ['@daily', 'Europe/Berlin'],
])('the pattern %j in the zone %j can be a schedule', (pattern, tz) => {
  expect(patternProblem(pattern, tz, 0)).toBeUndefined();
});

test.each([
  ['15m', 'UTC', '5 fields'],
  ['61 * * * *', 'UTC', 'cron pattern'],
  ['0 0 30 2 *', 'UTC', 'cron pattern'],
  ['H * * * *', 'UTC', 'jitter'],
  ['0 6 * * *', 'Europe/Berln', 'no time zone'],
  ['0 6 * * *', '', 'no time zone'],
])('the pattern %j in the zone %j is refused: %s', (pattern, tz, problem) => {
  expect(patternProblem(pattern, tz, 0)).toContain(problem);
});

test('jitter is the same for a slot everywhere, spread over its length, and never longer', () => {
  const jittered = schedule({ jitterMs: 1000 });
  const all = Array.from({ length: 2000 }, (_, i) => jitterOf(jittered, i * 60_000));
  expect(all).toEqual(Array.from({ length: 2000 }, (_, i) => jitterOf(jittered, i * 60_000)));
  expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...all)).toBeLessThanOrEqual(1000);
  const tenths = Array.from({ length: 10 }, (_, i) => all.filter((ms) => Math.floor(ms / 100.2) === i).length);
  expect(Math.min(...tenths)).toBeGreaterThan(120);
  expect(jitterOf(schedule(), 60_000)).toBe(0);
});

test('what is changed beside the times leaves the grid where it is', () => {
  const before = { ...schedule({}, 12_345), paused: true };
  const after = scheduleOf('shops', terms({ overlap: 'queue', limit: 3 }), { before, nowMs: 99_999 });
  expect(after).toEqual({ ...before, overlap: 'queue', limit: 3 });
});

test('new times begin anew, but a pause stays', () => {
  const before = { ...schedule({}, 12_345), paused: true };
  const after = scheduleOf('shops', terms({ timing: { kind: 'every', everyMs: 5000 } }), { before, nowMs: 99_999 });
  expect(after).toMatchObject({ timing: { anchorMs: 99_999, everyMs: 5000 }, sinceMs: 99_999, paused: true });
});
