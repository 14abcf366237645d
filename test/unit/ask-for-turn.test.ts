import type { Turn } from '@trawl/shared/frontier/frontier.ts';
import { expect, test } from 'vitest';
import type { Job } from '../../apps/worker/src/job.ts';
import { createHops } from '../../apps/worker/src/politeness/ask-for-hop.ts';
import { askForTurn } from '../../apps/worker/src/politeness/ask-for-turn.ts';
import { createDeparture } from '../../apps/worker/src/politeness/departure.ts';
import { createShortestWay } from '../../apps/worker/src/politeness/shortest-way.ts';
import { executionForTests } from '../support/job-for-tests.ts';

const job = executionForTests();
const paced = executionForTests({ turnHeld: false });
const busy: Turn = { kind: 'busy', waitMs: 0 };
const turnIn = (waitMs: number): Turn => ({ kind: 'go', waitMs, isPaced: true });

type Asked = { host: string; again?: boolean; usedAgoMs?: number; spareMs?: number };
type Times = { nowMs?: number; oneWayMs?: number; believedMs?: number };

const world = (answers: Turn[] = [busy], { nowMs = 1000, oneWayMs = 0, believedMs = oneWayMs }: Times = {}) => {
  const asked: Asked[] = [];
  const left: string[] = [];
  let now = nowMs;
  const frontier = {
    acquire: async ({ host }: { host: string }, { again, usedAgoMs, spareMs = 0 }: Omit<Asked, 'host'>) => {
      asked.push({ host, ...(again && { again }), ...(usedAgoMs !== undefined && { usedAgoMs }), spareMs });
      now += 2 * oneWayMs;
      return answers.shift() ?? busy;
    },
    yield: async ({ host }: { host: string }) => {
      left.push(host);
      return { blockedMs: 0, refusedForMs: 0 };
    },
  };
  const sleep = async (ms: number, _run: string) => void (now += ms);
  const clocks = {
    nowMs: () => now,
    monotonicMs: () => now,
    oneWayMs: () => believedMs,
    noteRoundTrip: () => undefined,
  };
  const halts = new Map<string, string>();
  const options = {
    frontier,
    leaseMs: 180_000,
    jobDeadlineMs: 45_000,
    ...clocks,
    sleep,
    halted: { of: (run: string) => halts.get(run) },
  };
  const departureOf = (of: Job) => createDeparture(of, options);
  return { halts, asked, left, options, departureOf, passes: (ms: number) => void (now += ms), now: () => now };
};

const asked = (of: Job, { options, departureOf }: ReturnType<typeof world>) => {
  const departure = departureOf(of);
  return { departure, turn: askForTurn(of, options, departure) };
};

test('a first try starts on the lease that release took for it', async () => {
  const here = world();
  const { departure, turn } = asked(job, here);
  expect(await turn).toEqual({ kind: 'go', waitMs: 0 });
  expect(departure.isFree()).toBe(true);
  expect(here.asked).toEqual([]);
});

test.each([
  ['a retry', { isFirstExecution: false }, 1000],
  ['a first try on a host with a gap', { turnHeld: false }, 1000],
  ['a first try whose lease would end before the execution', {}, 140_000],
])('%s asks the host', async (_, change, nowMs) => {
  const here = world([busy], { nowMs });
  expect(await asked({ ...job, ...change }, here).turn).toEqual(busy);
  expect(here.asked).toMatchObject([{ host: 'h' }]);
});

test('a redirect on the same host keeps the slot it has', async () => {
  const here = world();
  expect(await createHops(job, here.options, here.departureOf(job)).ask('h', false)).toBe('go');
  expect(here.asked).toEqual([]);
});

test('a redirect to another host takes its turn, and gives it back at the end', async () => {
  const here = world([busy, { kind: 'go', waitMs: 5 }]);
  const hops = createHops(job, here.options, here.departureOf(job));
  expect(await hops.ask('other', false)).toBe('go');
  await hops.leave();
  expect(here.asked.map(({ host }) => host)).toEqual(['other', 'other']);
  expect(here.left).toEqual(['other']);
});

test('a redirect to a host that stays busy does not hold the worker for ever', async () => {
  const here = world();
  expect(await createHops(job, here.options, here.departureOf(job)).ask('other', false)).toBe('must-wait');
  expect(here.asked.length).toBeLessThan(60);
});

test('a turn that lies ahead is waited for', async () => {
  const here = world([turnIn(300)]);
  expect(await asked(paced, here).turn).toMatchObject({ kind: 'go' });
  expect(here.asked).toHaveLength(1);
  expect(here.now()).toBe(1300);
});

test('a turn is in time also where Redis is far away', async () => {
  const here = world([turnIn(300)], { oneWayMs: 50 });
  const { departure, turn } = asked(paced, here);
  await turn;
  expect(await departure.comesUp()).toBe(true);
  expect(here.asked).toHaveLength(1);
  expect(here.now()).toBe(1000 + 50 + 300);
});

test.each([5, 40])('nobody starts early who believes Redis to be farther away than it is (%d ms)', async (oneWayMs) => {
  const here = world([turnIn(300)], { oneWayMs, believedMs: 150 });
  await asked(paced, here).turn;
  expect(here.now()).toBe(1000 + oneWayMs + 300);
  const hop = world([turnIn(300)], { oneWayMs, believedMs: 150 });
  await createHops(job, hop.options, hop.departureOf(job)).ask('other', false);
  expect(hop.now()).toBe(1000 + oneWayMs + 300);
});

test('a request leaves in the moment of its turn, once', async () => {
  const here = world([turnIn(300), turnIn(400)]);
  const { departure, turn } = asked(paced, here);
  await turn;
  expect(await departure.comesUp()).toBe(true);
  expect(departure.isDue()).toBe(true);
  departure.left();
  expect(departure.isDue()).toBe(false);
});

test('who is held up past his turn, by whatever it was, asks for another and does not start before it', async () => {
  const here = world([turnIn(300), turnIn(70)]);
  const { departure, turn } = asked(paced, here);
  await turn;
  here.passes(100); // a connection is made, say
  expect(departure.isDue()).toBe(false);
  expect(await departure.comesUp()).toBe(true);
  expect(here.now()).toBe(1000 + 300 + 100 + 70);
  expect(here.asked).toMatchObject([{ host: 'h' }, { host: 'h', again: true }]);
  here.passes(500);
  expect(departure.isDue()).toBe(false);
});

test('a second request of an execution keeps the gap from where the first one left', async () => {
  const here = world([turnIn(0), turnIn(150)]);
  const { departure, turn } = asked(paced, here);
  await turn;
  departure.left();
  here.passes(50);
  expect(await departure.comesUp()).toBe(true);
  expect(here.asked[1]).toMatchObject({ usedAgoMs: 50 });
  expect(here.now()).toBe(1000 + 50 + 150);
});

test.each([30, 120, 390])(
  'a process that is always %d ms late gets on: it asks for more time each time',
  async (late) => {
    const here = world(Array.from({ length: 9 }, () => turnIn(100)));
    const sleep = async (ms: number) => here.passes(ms + late);
    const departure = createDeparture(paced, { ...here.options, sleep });
    await departure.ask('h', 1000);
    expect(await departure.comesUp()).toBe(true);
    expect(departure.isDue()).toBe(true);
  },
);

test('one that needs more than a host can wait for starts nothing', async () => {
  const here = world(Array.from({ length: 9 }, () => turnIn(100)));
  const departure = createDeparture(paced, { ...here.options, sleep: async (ms) => here.passes(ms + 2000) });
  await departure.ask('h', 1000);
  expect(await departure.comesUp()).toBe(false);
  expect(here.asked.length).toBeLessThan(6);
});

test('nothing leaves when the wait is called off', async () => {
  const here = world([turnIn(500)]);
  const departure = createDeparture(paced, { ...here.options, sleep: async () => here.passes(1) });
  await departure.ask('h', 1000);
  expect(await departure.comesUp()).toBe(false);
  expect(here.asked).toHaveLength(1);
});

test('a host without a pace is asked for no second turn, however late', async () => {
  const here = world([{ kind: 'go', waitMs: 0 }]);
  const { departure, turn } = asked({ ...job, isFirstExecution: false }, here);
  await turn;
  here.passes(5000);
  expect([departure.isFree(), departure.isDue()]).toEqual([true, true]);
});

test.each([
  ['without a pace', job, { kind: 'go', waitMs: 0 } as const],
  ['with a pace', paced, turnIn(0)],
])('of a run that was halted since the turn nothing leaves, on a host %s', async (_, of, granted) => {
  const here = world([granted, granted]);
  const { departure, turn } = asked(of, here);
  await turn;
  here.halts.set('a', 'cancelled');
  expect([departure.isFree(), departure.isDue(), await departure.comesUp()]).toEqual([false, false, false]);
  here.halts.delete('a');
  expect([departure.isDue(), await departure.comesUp()]).toEqual([true, true]);
});

test('the turn of another host is none for the own one', async () => {
  const here = world([turnIn(0), turnIn(0), turnIn(80)]);
  const { departure, turn } = asked(paced, here);
  await turn;
  departure.left();
  const hops = createHops(paced, here.options, departure);
  await hops.ask('other', true);
  departure.left();
  await hops.ask('h', true);
  expect(here.asked.map(({ host }) => host)).toEqual(['h', 'other', 'h']);
  expect(here.now()).toBe(1080);
});

test('the way to Redis is the shortest that was seen of late: a busy moment makes it no longer', () => {
  let now = 0;
  let estimateMs = 40;
  const way = createShortestWay(
    () => estimateMs,
    () => now,
  );
  expect(way.oneWayMs()).toBe(40);
  way.noteRoundTrip(6);
  estimateMs = 25;
  now = 59_000;
  expect(way.oneWayMs()).toBe(3);
  now = 130_000;
  expect(way.oneWayMs()).toBe(3);
  now = 200_000;
  expect(way.oneWayMs()).toBe(25);
});
