import { expect, test } from 'vitest';
import { createWatchdog } from '../../apps/worker/src/watchdog.ts';

test('a worker that starts nothing while work waits and its hands are empty is noticed after the silence', () => {
  const isStuck = createWatchdog(30_000);
  const pulse = { startedJobs: 5, waitingJobs: 3, inFlight: 0 };
  expect(isStuck(pulse, 0)).toBe(false);
  expect(isStuck(pulse, 10_000)).toBe(false);
  expect(isStuck(pulse, 39_000)).toBe(false);
  expect(isStuck(pulse, 40_000)).toBe(true);
});

test.each([
  ['a job begins', { startedJobs: 6, waitingJobs: 3, inFlight: 0 }],
  ['nothing waits', { startedJobs: 5, waitingJobs: 0, inFlight: 0 }],
  ['it is busy', { startedJobs: 5, waitingJobs: 3, inFlight: 128 }],
])('the silence is over when %s', (_, sign) => {
  const isStuck = createWatchdog(30_000);
  const silent = { startedJobs: 5, waitingJobs: 3, inFlight: 0 };
  isStuck(silent, 0);
  isStuck(silent, 1);
  isStuck(sign, 20_000);
  expect(isStuck({ ...silent, startedJobs: sign.startedJobs }, 31_000)).toBe(false);
});
