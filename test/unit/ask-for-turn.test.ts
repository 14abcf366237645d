import type { Turn } from '@trawl/shared/frontier/frontier.ts';
import { expect, test } from 'vitest';
import type { Job } from '../../apps/worker/src/job.ts';
import { createHops } from '../../apps/worker/src/politeness/ask-for-hop.ts';
import { askForTurn } from '../../apps/worker/src/politeness/ask-for-turn.ts';

const job: Job = {
  id: 'a-0-0',
  run: 'a',
  host: 'h',
  line: { seq: 0, release: 0, line: 1, attempts: 0, deferredSinceMs: 0, url: 'http://h/' },
  attempt: 1,
  isCondemned: false,
  isSuspected: false,
  deathsAlone: 0,
  executions: 1,
  isFirstExecution: true,
  lockToken: 'token',
  releasedAtMs: 0,
  turnHeld: true,
};
const busy: Turn = { kind: 'busy', waitMs: 0 };

const world = (answers: Turn[] = [busy], nowMs = 1000, oneWayMs = 0, believedMs = oneWayMs) => {
  const asked: string[] = [];
  const left: string[] = [];
  let now = nowMs;
  const frontier = {
    acquire: async ({ host }: { host: string }) => {
      asked.push(host);
      now += 2 * oneWayMs;
      return answers.shift() ?? busy;
    },
    yield: async ({ host }: { host: string }) => {
      left.push(host);
      return { blockedMs: 0, refusedForMs: 0 };
    },
  };
  const sleep = async (ms: number, _run: string) => void (now += ms);
  const times = { leaseMs: 180_000, jobDeadlineMs: 45_000, nowMs: () => now, oneWayMs: () => believedMs };
  return { asked, left, options: { frontier, ...times, sleep } };
};

test('a first try starts on the lease that release took for it', async () => {
  const { asked, options } = world();
  expect(await askForTurn(job, options)).toEqual({ kind: 'go', waitMs: 0 });
  expect(asked).toEqual([]);
});

test.each([
  ['a retry', { isFirstExecution: false }, 1000],
  ['a first try on a host with a gap', { turnHeld: false }, 1000],
  ['a first try whose lease would end before the execution', {}, 140_000],
])('%s asks the host', async (_, change, nowMs) => {
  const { asked, options } = world([busy], nowMs);
  expect(await askForTurn({ ...job, ...change }, options)).toEqual(busy);
  expect(asked).toEqual(['h']);
});

test('a redirect on the same host keeps the slot it has', async () => {
  const { asked, options } = world();
  expect(await createHops(job, options).ask('h', false)).toBe('go');
  expect(asked).toEqual([]);
});

test('a redirect to another host takes its turn, and gives it back at the end', async () => {
  const { asked, left, options } = world([busy, { kind: 'go', waitMs: 5 }]);
  const hops = createHops(job, options);
  expect(await hops.ask('other', false)).toBe('go');
  await hops.leave();
  expect(asked).toEqual(['other', 'other']);
  expect(left).toEqual(['other']);
});

test('a redirect to a host that stays busy does not hold the worker for ever', async () => {
  const { asked, options } = world();
  expect(await createHops(job, options).ask('other', false)).toBe('must-wait');
  expect(asked.length).toBeLessThan(60);
});

test('a turn that lies ahead is waited for', async () => {
  const { asked, options } = world([{ kind: 'go', waitMs: 300 }]);
  expect(await askForTurn({ ...job, turnHeld: false }, options)).toEqual({ kind: 'go', waitMs: 0 });
  expect(asked).toEqual(['h']);
  expect(options.nowMs()).toBe(1300);
});

test('a turn is in time also where Redis is far away', async () => {
  const { asked, options } = world([{ kind: 'go', waitMs: 300 }], 1000, 50);
  expect(await askForTurn({ ...job, turnHeld: false }, options)).toEqual({ kind: 'go', waitMs: 0 });
  expect(asked).toEqual(['h']);
  expect(options.nowMs()).toBe(1000 + 50 + 300);
});

test.each([5, 40])('nobody starts early who believes Redis to be farther away than it is (%d ms)', async (oneWayMs) => {
  const { options } = world([{ kind: 'go', waitMs: 300 }], 1000, oneWayMs, 150);
  await askForTurn({ ...job, turnHeld: false }, options);
  expect(options.nowMs()).toBe(1000 + oneWayMs + 300);
  const hop = world([{ kind: 'go', waitMs: 300 }], 1000, oneWayMs, 150);
  await createHops(job, hop.options).ask('other', false);
  expect(hop.options.nowMs()).toBe(1000 + oneWayMs + 300);
});

test('a process that was held up past its turn asks again', async () => {
  const { asked, options } = world([
    { kind: 'go', waitMs: 300 },
    { kind: 'go', waitMs: 0 },
  ]);
  const sleep = (ms: number, run: string) => options.sleep(ms + 100, run);
  expect(await askForTurn({ ...job, turnHeld: false }, { ...options, sleep })).toMatchObject({ kind: 'go' });
  expect(asked).toEqual(['h', 'h']);
});
