import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { endAllRuns } from '../support/model/end-all-runs.ts';
import { play } from '../support/model/play.ts';
import { loadsWithPretendTime } from '../support/model/pretend-time.ts';
import type { Setting, Step } from '../support/model/steps.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

/** The shortest sequences that once led astray. */

let redis: Redis;
withRedisOfItsOwn((connected) => {
  redis = connected;
  loadsWithPretendTime(redis);
});

const settingOf = (...perHost: number[]): Setting => ({
  runs: perHost.map((most) => ({ perHost: most, gapMs: 0, rate: 0 })),
  markBytes: 1e9,
  lagBytes: 1e9,
});
const push = (run: number, ...lines: number[]): Step => ({ do: 'push', run, lines, how: 'next' });
const release = (most = 20): Step => ({ do: 'release', most, window: 50, leaseMs: 60_000, how: 'added' });
const take: Step = { do: 'take', pick: 0 };
const acquire = (pick: number): Step => ({ do: 'acquire', pick, again: false, patienceMs: 0, leadMs: 0 });
const commit = (pick: number): Step => ({ do: 'commit', picks: [pick], class: 'ok', sentMsAgo: -1, isRepeated: false });

const expectToEnd = async (setting: Setting, ...steps: Step[]): Promise<void> => {
  expect((await play(redis, { setting, steps }, endAllRuns)).done).toBeGreaterThan(steps.length);
};

test('a host that two runs shared is given up with their last lines, and its bytes with it', () =>
  expectToEnd(settingOf(1, 1), push(0, 1), push(1, 4), release()));

test('a slot that was kept free for a redirect is handed out as soon as none came for it', () =>
  expectToEnd(
    settingOf(2, 2),
    push(0, 1, 4, 7),
    push(1, 2),
    release(),
    take,
    take,
    take,
    { do: 'hop', pick: 2, host: 1, patienceMs: 0 },
    commit(0),
    release(),
  ));

test('a slot that an execution left behind is handed out once the next finds its line recorded', () =>
  expectToEnd(
    settingOf(1),
    push(0, 1, 4),
    release(),
    take,
    { do: 'lose-lock', pick: 0 },
    take,
    acquire(1),
    commit(0),
    release(),
    { do: 'worker-dies', pick: 0 },
    take,
    acquire(0),
  ));

test('a retry whose job was removed is executed again', () =>
  expectToEnd(
    settingOf(1),
    push(0, 1),
    release(),
    take,
    { do: 'yield', pick: 0, how: 'retry', pauseMs: -1, sentMsAgo: -1 },
    take,
    acquire(0),
    { do: 'yield', pick: 0, how: 'retry', pauseMs: -1, sentMsAgo: -1 },
    { do: 'lose-job', pick: 0 },
  ));
