import type { ChildProcess } from 'node:child_process';
import type { CrawlContent } from '@trawl/shared/domain/crawl-definition.ts';
import { jitterOf, type Schedule, type ScheduleTerms } from '@trawl/shared/domain/schedule.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { Queue, Worker } from 'bullmq';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { crawlOf, everySecond, scheduleWorld } from '../support/schedule-world.ts';
import { settingsWith } from '../support/settings-for-tests.ts';
import { until } from '../support/until.ts';

let fleet: Awaited<ReturnType<typeof startFleetWorld>>;
let world: ReturnType<typeof scheduleWorld>;
let redis: Redis;

beforeEach(async () => {
  fleet = await startFleetWorld();
  redis = await fleet.redis.connect();
  world = scheduleWorld(redis);
});
afterEach(() => fleet.stop());

const add = async (crawl: string, change: Partial<ScheduleTerms> = {}, content?: CrawlContent): Promise<void> => {
  await world.crawls.define(crawl, content ?? crawlOf([], fleet.directory), 0);
  await world.schedules.put(crawl, everySecond(change), await redisNowMs(redis));
};

const firings = (crawl: string) => world.schedules.firings(crawl, 1000);

/** Resolves with the firings of a crawl once there are so many. */
const firedAtLeast = async (crawl: string, n: number) => {
  await until(async () => (await firings(crawl)).length >= n);
  return firings(crawl);
};

/** Resolves when a firing has just been dealt with, so that the next one is almost a second away. */
const betweenFirings = async (crawl: string): Promise<void> => {
  const before = (await firings(crawl)).length;
  await firedAtLeast(crawl, before + 1);
  await until(async () => (await redis.llen('{t0}:control:active')) === 0);
};

const startedRuns = (all: { what: string }[]): string[] =>
  all.flatMap(({ what }) => (what.startsWith('started ') ? [what.slice('started '.length)] : []));

const slotsBetween = (all: { slotMs: number }[]): number[] =>
  all.slice(1).map(({ slotMs }, i) => slotMs - (all[i]?.slotMs ?? 0));

test('with two producers, one of which is killed and comes back, every slot is dealt with once', async () => {
  const producers = [fleet.start('producer'), fleet.start('producer')];
  await add('a');
  await betweenFirings('a');
  await endOf(producers[0] as ChildProcess, 'SIGKILL');
  await firedAtLeast('a', 4);
  producers[0] = fleet.start('producer');
  await betweenFirings('a');
  await betweenFirings('a');
  await endOf(producers[1] as ChildProcess, 'SIGKILL');
  const all = await firedAtLeast('a', 10);

  expect(slotsBetween(all)).toEqual(slotsBetween(all).map(() => 1000));
  // A run whose feeder was killed is not finished for a while, and the slots meanwhile are skipped: dealt with all the same.
  const runs = startedRuns(all);
  expect(runs.length + all.filter(({ what }) => what === 'skipped').length).toBe(all.length);
  expect(new Set(runs).size).toBe(runs.length);
  expect(runs.length).toBeGreaterThan(2);
  expect((await world.runs.list()).filter((run) => !runs.includes(run)).length).toBeLessThanOrEqual(1); // one since then
});

test('a firing in the hands of a producer that dies is made up for, and holds up no other', async () => {
  const first = fleet.start('producer');
  await add('a');
  await betweenFirings('a');
  await endOf(first, 'SIGTERM');
  const taken = Promise.withResolvers<string | undefined>();
  const never = new Promise<void>(() => undefined);
  const dying = new Worker(
    'control',
    (job) => {
      taken.resolve(job.id);
      return never;
    },
    { connection: redis, prefix: '{t0}', lockDuration: 5000, skipLockRenewal: true },
  );
  const heldMs = Number((await taken.promise)?.split(':').at(-1));
  await dying.close(true);
  fleet.start('producer');
  await until(async () => (await firings('a')).some(({ slotMs }) => slotMs === heldMs));
  const all = await firings('a');
  expect(all.filter(({ slotMs }) => slotMs > heldMs).length).toBeGreaterThanOrEqual(2);
});

test('firings that were missed become one late run, and the grid goes on', async () => {
  const first = fleet.start('producer');
  await add('a');
  await firedAtLeast('a', 2);
  expect(await endOf(first, 'SIGTERM')).toBe(0);
  const before = await firings('a');
  const lastMs = before.at(-1)?.slotMs ?? 0;
  await until(async () => (await redisNowMs(redis)) > lastMs + 3000);
  fleet.start('producer');

  const after = (await firedAtLeast('a', before.length + 3)).slice(before.length);
  const gaps = slotsBetween(after);
  expect(after[0]?.slotMs).toBe(lastMs + 1000);
  expect(gaps[0]).toBeGreaterThanOrEqual(2000);
  expect(gaps.every((gap) => gap % 1000 === 0)).toBe(true);
  expect(gaps.slice(1)).toEqual(gaps.slice(1).map(() => 1000));
});

test('what happens while the run before is not finished is as the schedule says', async () => {
  const web = await startPretendWeb();
  try {
    const slow = { ...crawlOf([web.url('/delay/1500')], fleet.directory), settings: settingsWith() };
    await add('skips', { overlap: 'skip' }, slow);
    await add('queues', { overlap: 'queue', limit: 3 }, slow);
    await add('cancels', { overlap: 'cancel-previous' }, slow);
    for (const app of ['producer', 'worker'] as const) fleet.start(app);
    await until(async () => startedRuns(await firings('skips')).length >= 3);
    await until(async () => startedRuns(await firings('queues')).length >= 3);
    await until(async () => startedRuns(await firings('cancels')).length >= 4);

    const times = async (crawl: string) =>
      Promise.all(startedRuns(await firings(crawl)).map((run) => fleet.status(run)));
    const isAlone = (runs: Awaited<ReturnType<typeof times>>): boolean =>
      runs.slice(1).every(({ createdAtMs }, i) => createdAtMs >= (runs[i]?.finishedAtMs ?? Number.POSITIVE_INFINITY));

    expect(isAlone(await times('skips'))).toBe(true);
    expect((await world.schedules.state('skips')).skipped).toBeGreaterThanOrEqual(2);
    expect(isAlone(await times('queues'))).toBe(true);
    expect(slotsBetween((await firings('queues')).slice(0, 3))).toEqual([1000, 1000]);
    const cancelled = (await times('cancels')).slice(0, 3);
    expect(cancelled.map(({ cancelledAtMs }) => cancelledAtMs !== undefined)).toEqual([true, true, true]);
    for (const { run } of cancelled) expect((await fleet.finished(run)).classes).toEqual({ cancelled: 1 });
  } finally {
    await web.close();
  }
});

test('a schedule fires at once when it is added, however long its interval is', async () => {
  fleet.start('producer');
  await add('a', { timing: { kind: 'every', everyMs: 3_600_000 } });
  const [first] = await firedAtLeast('a', 1);
  expect(first?.slotMs).toBe((await world.schedules.get('a'))?.sinceMs);
});

test('a limit ends the schedule, and its scheduler with it', async () => {
  fleet.start('producer');
  await add('a', { limit: 2 });
  await until(async () => (await world.schedules.state('a')).ended === 'limit');
  await until(async () => (await redis.zcard('{t0}:control:repeat')) === 0);
  expect(await world.runs.list()).toHaveLength(2);
});

test('a firing is put off by the jitter of its slot', async () => {
  fleet.start('producer');
  await add('a', { limit: 2, jitterMs: 1000 });
  const all = await firedAtLeast('a', 2);
  const schedule = await world.schedules.get('a');
  for (const { slotMs, what } of all) {
    const { createdAtMs } = await fleet.status(startedRuns([{ what }])[0] ?? '');
    expect(createdAtMs - slotMs).toBeGreaterThanOrEqual(jitterOf(schedule as Schedule, slotMs) - 20);
  }
});

test('schedulers that were lost are made again, and those of no schedule removed', async () => {
  fleet.start('producer');
  await add('a');
  await firedAtLeast('a', 2);
  const queue = new Queue('control', { connection: redis, prefix: '{t0}' });
  try {
    await queue.upsertJobScheduler('ghost', { every: 3_600_000 }, { name: 'fire', data: { v: 1, crawl: 'ghost' } });
    await queue.removeJobScheduler('a');
    const before = await firings('a');
    await redis.publish(world.keys.schedules, 'look');
    const all = await firedAtLeast('a', before.length + 2);
    expect(new Set(slotsBetween(all).map((gap) => gap % 1000))).toEqual(new Set([0]));
    expect((await queue.getJobSchedulers()).map(({ key }) => key)).toEqual(['a']);
  } finally {
    await queue.close();
  }
});

test('a paused schedule has no scheduler; resumed it goes on without what it missed', async () => {
  fleet.start('producer');
  await add('a');
  await firedAtLeast('a', 2);
  await world.schedules.pause('a');
  await until(async () => (await redis.zcard('{t0}:control:repeat')) === 0);
  const before = await firings('a');
  const resumedAtMs = (before.at(-1)?.slotMs ?? 0) + 2500;
  await until(async () => (await redisNowMs(redis)) > resumedAtMs);
  await world.schedules.resume('a', await redisNowMs(redis));
  const after = (await firedAtLeast('a', before.length + 2)).slice(before.length);
  expect(after[0]?.slotMs).toBeGreaterThan(resumedAtMs);
  expect(slotsBetween(after)).toEqual([1000]);
});
