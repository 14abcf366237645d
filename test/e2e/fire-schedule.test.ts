import { expect, test } from 'vitest';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';
import { crawlOf, everySecond, scheduleWorld } from '../support/schedule-world.ts';
import { settingsWith } from '../support/settings-for-tests.ts';

let world: ReturnType<typeof scheduleWorld>;
withRedisOfItsOwn((redis) => {
  world = scheduleWorld(redis);
});

const runOf = (second: number): string => `a-19700101-0000${String(second).padStart(2, '0')}`;

test('the same crawl again changes nothing, a change makes a new version', async () => {
  expect(await world.crawls.define('a', crawlOf(), 1)).toEqual({ kind: 'added', version: 1 });
  expect(await world.crawls.define('a', crawlOf(), 2)).toEqual({ kind: 'unchanged', version: 1 });
  expect(await world.crawls.define('a', crawlOf(['http://h/']), 3)).toEqual({ kind: 'changed', version: 2 });
  expect(await world.crawls.get('a')).toMatchObject({
    name: 'a',
    version: 2,
    createdAtMs: 3,
    source: { urls: ['http://h/'] },
  });
  expect(await world.crawls.list()).toHaveLength(1);
});

test('of changes made at the same time each is a version', async () => {
  const all = Array.from({ length: 20 }, (_, i) => world.crawls.define('a', crawlOf([`http://h/${i}`]), i));
  const versions = (await Promise.all(all)).map(({ version }) => version).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('a crawl that a schedule names is not removed', async () => {
  await world.add();
  expect(await world.crawls.remove('a')).toBe('scheduled');
  await world.schedules.remove('a');
  expect(await world.crawls.remove('a')).toBe('done');
  expect(await world.crawls.remove('a')).toBe('unknown');
  expect(await world.schedules.put('a', everySecond(), 0)).toBe('unknown');
  expect(await world.redis.keys('*')).toEqual([]);
});

test('a slot that is fired many times at once starts one run, of the crawl as it is now', async () => {
  await world.add();
  await world.crawls.define('a', { ...crawlOf(['http://h/']), settings: settingsWith({ perHost: 3 }) }, 1);
  const results = await Promise.all(Array.from({ length: 30 }, () => world.fire(5)));
  expect(results.filter(({ kind }) => kind === 'started')).toEqual([{ kind: 'started', run: runOf(5) }]);
  expect(results.filter(({ kind }) => kind === 'handled')).toHaveLength(29);
  expect(await world.runs.list()).toEqual([runOf(5)]);
  expect((await world.runs.status(runOf(5)))?.spec).toMatchObject({
    crawl: { name: 'a', version: 2 },
    schedule: { slotMs: 5000 },
    fedBy: 'fleet',
    settings: { perHost: 3 },
    sinks: [{ path: `/nowhere/${runOf(5)}.jsonl` }],
  });
  expect(await world.runs.toFeed()).toEqual([runOf(5)]);
  expect(await world.schedules.state('a')).toMatchObject({ fired: 1, skipped: 0, lastRun: runOf(5) });
});

test('slots that are fired out of order each start their run', async () => {
  await world.add();
  for (const second of [5, 3, 4]) {
    expect(await world.fire(second)).toMatchObject({ kind: 'started' });
    await world.finish(runOf(second));
  }
  expect(await world.whatBecame()).toEqual([3, 4, 5].map((second) => `${second} started ${runOf(second)}`));
});

test('skip: no run starts while the one before is not finished', async () => {
  await world.add();
  await world.fire(1);
  expect(await world.fire(2)).toEqual({ kind: 'skipped', because: runOf(1) });
  await world.finish(runOf(1));
  expect(await world.fire(3)).toMatchObject({ kind: 'started' });
  expect(await world.fire(2)).toEqual({ kind: 'handled', what: '2000 skipped' });
  expect(await world.schedules.state('a')).toMatchObject({ fired: 2, skipped: 1 });
});

test('queue: slots wait for the run before, in their order', async () => {
  await world.add({ overlap: 'queue' });
  await world.fire(1);
  expect(await world.fire(3)).toEqual({ kind: 'queued', because: runOf(1) });
  expect(await world.fire(2)).toMatchObject({ kind: 'queued' });
  expect(await world.schedules.oldestQueued()).toEqual([{ crawl: 'a', slotMs: 2000 }]);
  expect(await world.fire(2, true)).toEqual({ kind: 'waits', because: runOf(1) });
  await world.finish(runOf(1));
  // who comes now is not served before those who wait
  expect(await world.fire(4)).toMatchObject({ kind: 'queued' });
  expect(await world.fire(2, true)).toEqual({ kind: 'started', run: runOf(2) });
  expect(await world.fire(2, true)).toMatchObject({ kind: 'handled' });
  await world.finish(runOf(2));
  expect(await world.fire(3, true)).toMatchObject({ kind: 'started' });
  expect(await world.schedules.state('a')).toMatchObject({ fired: 3, queued: 1, skipped: 0 });
  expect(await world.whatBecame()).toContain('4 queued');
});

test('queue: beyond 100 slots that wait, firings are skipped', async () => {
  await world.add({ overlap: 'queue' });
  await world.fire(1);
  for (let second = 2; second <= 101; second++) await world.fire(second);
  expect(await world.fire(102)).toMatchObject({ kind: 'skipped' });
  expect(await world.schedules.state('a')).toMatchObject({ queued: 100, skipped: 1 });
});

test('slots that wait are given up when the schedule no longer queues', async () => {
  await world.add({ overlap: 'queue' });
  await world.fire(1);
  await world.fire(2);
  await world.schedules.put('a', everySecond({ overlap: 'skip' }), 0);
  expect(await world.fire(2, true)).toMatchObject({ kind: 'skipped' });
  expect(await world.schedules.oldestQueued()).toEqual([]);
});

test('cancel-previous: the run before is cancelled when the next one starts', async () => {
  await world.add({ overlap: 'cancel-previous' });
  await world.fire(1);
  expect(await world.fire(2)).toEqual({ kind: 'started', run: runOf(2) });
  expect((await world.runs.status(runOf(1)))?.cancelledAtMs).toBeGreaterThan(0);
  expect((await world.runs.status(runOf(2)))?.cancelledAtMs).toBeUndefined();
});

test('cancel-previous: a run that is finished stays as it is', async () => {
  await world.add({ overlap: 'cancel-previous' });
  await world.fire(1);
  await world.finish(runOf(1));
  await world.fire(2);
  expect((await world.runs.status(runOf(1)))?.cancelledAtMs).toBeUndefined();
});

test('a limit counts the runs that were started, whatever becomes of the scheduler', async () => {
  await world.add({ limit: 2, overlap: 'cancel-previous' });
  const results = [await world.fire(1), await world.fire(2), await world.fire(3)];
  expect(results.map(({ kind }) => kind)).toEqual(['started', 'started', 'outside']);
  expect(await world.schedules.state('a')).toMatchObject({ fired: 2, ended: 'limit' });
  await world.schedules.put('a', everySecond({ limit: 3, overlap: 'cancel-previous' }), 0);
  expect(await world.schedules.state('a')).not.toHaveProperty('ended');
  expect(await world.fire(4)).toMatchObject({ kind: 'started' });
});

test('slots that wait count for the limit', async () => {
  await world.add({ limit: 2, overlap: 'queue' });
  const results = [await world.fire(1), await world.fire(2), await world.fire(3)];
  expect(results.map(({ kind }) => kind)).toEqual(['started', 'queued', 'outside']);
  await world.finish(runOf(1));
  expect(await world.fire(2, true)).toMatchObject({ kind: 'started' });
});

test('slots before the start, behind the end, and of a paused schedule start nothing', async () => {
  await world.add({ startMs: 5000, endMs: 8000 });
  expect(await world.fire(4)).toEqual({ kind: 'outside', why: 'too early' });
  expect(await world.fire(9)).toEqual({ kind: 'outside', why: 'too late' });
  await world.schedules.pause('a');
  expect(await world.fire(5)).toEqual({ kind: 'outside', why: 'paused' });
  await world.schedules.resume('a', 6500);
  expect(await world.fire(6)).toEqual({ kind: 'outside', why: 'too early' });
  expect(await world.fire(7)).toMatchObject({ kind: 'started' });
});

test('slots that wait stay where they are while the schedule is paused', async () => {
  await world.add({ overlap: 'queue' });
  await world.fire(1);
  await world.fire(2);
  await world.schedules.pause('a');
  await world.finish(runOf(1));
  expect(await world.fire(2, true)).toMatchObject({ kind: 'waits' });
  await world.schedules.resume('a', 3000);
  expect(await world.fire(2, true)).toMatchObject({ kind: 'started' });
});

test('what became of a slot is known for the newest 1,000, and older ones start nothing', async () => {
  await world.add({ overlap: 'cancel-previous' });
  const { redis, keys } = world;
  const members = Array.from({ length: 1000 }, (_, i) => [(i + 100) * 1000, `${(i + 100) * 1000} skipped`]).flat();
  await redis.zadd(keys.firings('a'), ...members.map(String));
  expect(await world.fire(99)).toEqual({ kind: 'handled', what: 'too long ago' });
  expect(await world.fire(1100)).toMatchObject({ kind: 'started' });
  expect(await redis.zcard(keys.firings('a'))).toBe(1000);
});

test('a schedule that is removed fires no more and leaves nothing behind', async () => {
  await world.add({ overlap: 'queue' });
  await world.fire(1);
  await world.fire(2);
  await world.schedules.remove('a');
  expect(await world.fire(3)).toEqual({ kind: 'unknown-schedule' });
  expect(await world.schedules.oldestQueued()).toEqual([]);
  expect(await world.redis.keys('*:a')).toEqual([world.keys.crawl('a')]);
});

test('changes of a schedule at the same time all take effect', async () => {
  await world.add();
  await Promise.all([world.schedules.pause('a'), world.schedules.put('a', everySecond({ limit: 7 }), 0)]);
  expect(await world.schedules.get('a')).toMatchObject({ paused: true, limit: 7 });
});
