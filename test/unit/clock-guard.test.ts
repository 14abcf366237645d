import { silentLogger } from '@trawl/shared/platform/logger.ts';
import { expect, test } from 'vitest';
import { createClockGuard } from '../../apps/worker/src/clock-guard.ts';

test.each([1, -1])('a clock is off beyond 2 s, and right again only within 1.5 s (times %d)', (sign) => {
  let offsetMs = 0;
  const isOff = createClockGuard(() => sign * offsetMs, silentLogger);
  const seen = [0, 2000, 2001, 1501, 1500, 2000].map((ms) => {
    offsetMs = ms;
    return isOff();
  });
  expect(seen).toEqual([false, false, true, true, false, false]);
});
