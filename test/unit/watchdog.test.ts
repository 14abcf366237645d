import { expect, test } from 'vitest';
import { createWatchdog } from '../../apps/worker/src/watchdog.ts';

const silent = { startedJobs: 5, waitingJobs: 3, inFlight: 0, isHeld: false };

test('a worker that starts nothing while work waits and its hands are empty is deaf after the silence, and stuck after another', () => {
  const conditionOf = createWatchdog(30_000);
  const conditions = [0, 10_000, 39_000, 40_000, 45_000, 74_000, 75_000].map((nowMs) => conditionOf(silent, nowMs));
  expect(conditions).toEqual(['well', 'well', 'well', 'deaf', 'well', 'well', 'stuck']);
});

test('a worker that began a job since it was deaf may be deaf again before it is stuck', () => {
  const conditionOf = createWatchdog(30_000);
  conditionOf(silent, 0);
  conditionOf(silent, 1);
  expect(conditionOf(silent, 31_000)).toBe('deaf');
  const later = { ...silent, startedJobs: 6 };
  expect([40_000, 41_000, 71_000].map((nowMs) => conditionOf(later, nowMs))).toEqual(['well', 'well', 'deaf']);
});

test.each([
  ['a job begins', { ...silent, startedJobs: 6 }],
  ['nothing waits', { ...silent, waitingJobs: 0 }],
  ['it is busy', { ...silent, inFlight: 128 }],
  ['it takes no jobs for a reason', { ...silent, isHeld: true }],
])('the silence is over when %s', (_, sign) => {
  const conditionOf = createWatchdog(30_000);
  conditionOf(silent, 0);
  conditionOf(silent, 1);
  conditionOf(sign, 20_000);
  expect(conditionOf({ ...silent, startedJobs: sign.startedJobs }, 31_000)).toBe('well');
});
