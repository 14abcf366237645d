import { jitterOf, type Schedule, type ScheduleTerms } from '@trawl/shared/domain/schedule.ts';
import { type Shard, shardOf } from '@trawl/shared/frontier/shard.ts';
import { silentLogger } from '@trawl/shared/platform/logger.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { Queue, Worker } from 'bullmq';
import { expect, test } from 'vitest';
import { serveSchedules } from '../../apps/producer/src/schedule/serve-schedules.ts';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { withSharedRedis } from '../support/redis-of-a-file.ts';
import { crawlOf, everySecond, scheduleWorld } from '../support/schedule-world.ts';
import { until } from '../support/until.ts';

/**
 * A second is the shortest interval, and most of what a test does here is to wait for slots: so they wait together, each on a shard
 * of its own. A slow machine misses slots, and schedules pass over those: what is sure is the grid.
 */
const secondMs = 1000;

let redis: Redis;
withSharedRedis((given) => (redis = given));

let shards = 0;

type OnTestFinished = (end: () => Promise<void>) => void;

/** Schedules on a shard of their own, and producers in this process that serve nothing else. */
const begin = (onTestFinished: OnTestFinished) => {
  const shard = shardOf(shards++);
  const world = scheduleOn(redis, shard);
  const queueOptions = { connection: redis, prefix: shard.bullPrefix };
  const serve = (): (() => Promise<void>) => {
    const stopping = new AbortController();
    const clocks = { nowMs: Date.now, machineNowMs: Date.now, monotonicMs: () => performance.now() };
    const served = serveSchedules({ redis, shard, log: silentLogger, ...clocks }, stopping.signal);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await served;
    };
    onTestFinished(stop);
    return stop;
  };
  const hasNoScheduler = () => until(async () => (await redis.zcard(`${shard.prefix}control:repeat`)) === 0);
  return { ...world, queueOptions, serve, hasNoScheduler };
};

/** The same, with a schedule that has begun to fire. */
const beginFiring = async (onTestFinished: OnTestFinished) => {
  const world = begin(onTestFinished);
  const stop = world.serve();
  await world.add();
  await world.firesAgain(1);
  return { ...world, stop };
};

/** A crawl `a` whose schedule may fire for hours. */
const scheduleOn = (on: Redis, shard?: Shard) => {
  const world = scheduleWorld(on, shard);
  const firings = () => world.schedules.firings('a', 1000);
  return {
    ...world,
    add: async (change: Partial<ScheduleTerms> = {}): Promise<Schedule> => {
      await world.crawls.define('a', crawlOf(), 0);
      await world.schedules.put('a', everySecond({ overlap: 'cancel-previous', ...change }), await redisNowMs(on));
      return (await world.schedules.get('a')) as Schedule;
    },
    firings,
    /** Resolves with all firings once there are so many more. */
    firesAgain: async (n: number) => {
      const before = (await firings()).length;
      await until(async () => (await firings()).length >= before + n);
      return firings();
    },
  };
};

const startedRuns = (all: { what: string }[]): string[] =>
  all.flatMap(({ what }) => (what.startsWith('started ') ? [what.slice('started '.length)] : []));

const slotsBetween = (all: { slotMs: number }[]): number[] =>
  all.slice(1).map(({ slotMs }, i) => slotMs - (all[i]?.slotMs ?? 0));

/** Every slot is one of the grid, and none was dealt with twice. */
const keepsTheGrid = (all: { slotMs: number }[]): boolean =>
  slotsBetween(all).every((gap) => gap > 0 && gap % secondMs === 0);

test.concurrent('with two producers, each of which is killed once, slots fire on, and none starts two runs', async () => {
  const fleet = await startFleetWorld();
  try {
    const world = scheduleOn(await fleet.redis.connect());
    const [first, second] = [fleet.start('producer'), fleet.start('producer')];
    await world.add();
    await world.firesAgain(2);
    await endOf(first, 'SIGKILL');
    await world.firesAgain(1);
    const third = fleet.start('producer');
    await endOf(second, 'SIGKILL');
    await world.firesAgain(2);
    await endOf(third, 'SIGTERM');

    const all = await world.firings();
    expect(keepsTheGrid(all)).toBe(true);
    const runs = startedRuns(all);
    expect(runs).toHaveLength(all.length);
    expect((await world.runs.list()).toSorted()).toEqual(runs.toSorted());
  } finally {
    await fleet.stop();
  }
});

test.concurrent('a firing in the hands of a producer that dies is made up for, and holds up no other', async ({
  onTestFinished,
}) => {
  const world = await beginFiring(onTestFinished);
  await world.stop();
  const taken = Promise.withResolvers<string>();
  const never = new Promise<void>(() => undefined);
  const take = (job: { id?: string }): Promise<void> => {
    taken.resolve(job.id ?? '');
    return never;
  };
  const dying = new Worker('control', take, { ...world.queueOptions, lockDuration: 3_600_000, skipLockRenewal: true });
  const held = await taken.promise;
  const heldMs = Number(held.split(':').at(-1));
  await dying.close(true);

  world.serve();
  await until(async () => (await world.firings()).filter(({ slotMs }) => slotMs > heldMs).length >= 2);
  const isDealtWith = async () => (await world.firings()).some(({ slotMs }) => slotMs === heldMs);
  expect(await isDealtWith()).toBe(false);
  await redis.del(`${world.keys.job('control', held)}:lock`); // it runs out
  await until(isDealtWith);
});

test.concurrent('firings that were missed become one late run, and the grid goes on', async ({ onTestFinished }) => {
  const world = await beginFiring(onTestFinished);
  await world.stop();
  const before = await world.firings();
  const lastMs = before.at(-1)?.slotMs ?? 0;
  await until(async () => (await redisNowMs(redis)) > lastMs + 3 * secondMs);
  world.serve();

  const after = (await world.firesAgain(2)).slice(before.length);
  expect(after[0]?.slotMs).toBe(lastMs + secondMs);
  expect(slotsBetween(after)[0]).toBeGreaterThanOrEqual(2 * secondMs);
  expect(keepsTheGrid(after)).toBe(true);
});

test.concurrent('a slot that waits for the run before it starts when that is finished', async ({ onTestFinished }) => {
  const world = begin(onTestFinished);
  await world.add({ overlap: 'queue', limit: 2 });
  world.serve();
  await until(async () => (await world.schedules.state('a')).queued === 1);
  const [first = ''] = startedRuns(await world.firings());
  await world.finish(first);
  await until(async () => startedRuns(await world.firings()).length === 2);
  expect(await world.schedules.state('a')).toMatchObject({ fired: 2, queued: 0, skipped: 0 });
});

test.concurrent('a schedule fires at once when it is added, however long its interval is', async ({
  onTestFinished,
}) => {
  const world = begin(onTestFinished);
  world.serve();
  const { sinceMs } = await world.add({ timing: { kind: 'every', everyMs: 3_600_000 } });
  await until(async () => (await world.firings()).length > 0);
  expect((await world.firings())[0]?.slotMs).toBe(sinceMs);
});

test.concurrent('a limit ends the schedule, and its scheduler with it', async ({ onTestFinished }) => {
  const world = begin(onTestFinished);
  world.serve();
  await world.add({ limit: 2 });
  await until(async () => (await world.schedules.state('a')).ended === 'limit');
  await world.hasNoScheduler();
  expect(await world.runs.list()).toHaveLength(2);
});

test.concurrent('a firing is put off by the jitter of its slot', async ({ onTestFinished }) => {
  const world = begin(onTestFinished);
  world.serve();
  const schedule = await world.add({ limit: 2, jitterMs: 1000 });
  await until(async () => (await world.firings()).length === 2);
  for (const { slotMs, what } of await world.firings()) {
    const { createdAtMs = 0 } = (await world.runs.status(startedRuns([{ what }])[0] ?? '')) ?? {};
    expect(createdAtMs - slotMs).toBeGreaterThanOrEqual(jitterOf(schedule, slotMs) - 20);
  }
});

test.concurrent('schedulers that were lost are made again, and those of no schedule removed', async ({
  onTestFinished,
}) => {
  const world = await beginFiring(onTestFinished);
  const queue = new Queue('control', world.queueOptions);
  try {
    await queue.upsertJobScheduler('ghost', { every: 3_600_000 }, { name: 'fire', data: { v: 1, crawl: 'ghost' } });
    await queue.removeJobScheduler('a');
    await redis.publish(world.keys.schedules, 'look');
    expect(keepsTheGrid(await world.firesAgain(2))).toBe(true);
    expect((await queue.getJobSchedulers()).map(({ key }) => key)).toEqual(['a']);
  } finally {
    await queue.close();
  }
});

test.concurrent('a paused schedule has no scheduler; resumed it goes on without what it missed', async ({
  onTestFinished,
}) => {
  const world = await beginFiring(onTestFinished);
  await world.schedules.pause('a');
  await world.hasNoScheduler();
  const before = await world.firings();
  const resumedAtMs = (before.at(-1)?.slotMs ?? 0) + 1.5 * secondMs;
  await until(async () => (await redisNowMs(redis)) > resumedAtMs);
  await world.schedules.resume('a', await redisNowMs(redis));
  const after = (await world.firesAgain(2)).slice(before.length);
  expect(after[0]?.slotMs).toBeGreaterThan(resumedAtMs);
  expect(keepsTheGrid(after)).toBe(true);
});
