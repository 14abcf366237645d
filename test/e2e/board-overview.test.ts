import { createOverviewReader, type FleetOverview } from '@trawl/shared/frontier/overview.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { describe, expect, test } from 'vitest';
import { type Board, withBoardOfItsOwn } from '../support/board-of-a-file.ts';
import { commitOf, frontierWorld } from '../support/frontier-world.ts';
import { runSpecOf } from '../support/run-for-tests.ts';
import { scheduleWorld } from '../support/schedule-world.ts';

let redis: Redis;
let board: Board;

withBoardOfItsOwn((...given) => ([board, redis] = given));

const look = async (): Promise<FleetOverview> => {
  board.timePasses();
  return (await (await board.ask('/api/overview')).json()) as FleetOverview;
};
const page = async (): Promise<string> => {
  board.timePasses();
  return (await board.ask('/', { as: 'operator' })).text();
};
const hosts = (count: number, lines: number) => Array.from({ length: lines }, (_, i) => ({ host: `h${i % count}` }));

describe('the overview', () => {
  test('tells of every run where it stands', async () => {
    const world = frontierWorld(redis);
    const control = createRunControl(redis, firstShard);
    for (const run of ['draining', 'paused', 'cancelling', 'writing']) {
      await world.startRun(run);
      await world.pushAll(run, hosts(1, run === 'writing' ? 1 : 4));
    }
    const { urls } = await world.release({ most: 4 });
    await world.frontier.commit(urls.map((url) => commitOf(url)));
    await control.pause('paused');
    await control.cancel('cancelling');
    await world.startRun('feeding');

    const { runs, frontier } = await look();
    const standings = Object.fromEntries(runs.map(({ run, standing }) => [run, standing]));
    expect(standings).toEqual(Object.fromEntries(Object.keys(standings).map((run) => [run, run])));
    expect(runs.find(({ run }) => run === 'draining')).toMatchObject({
      pushed: 4,
      recorded: 1,
      waiting: 3,
      released: 0,
      uncollected: 1,
      classes: { ok: 1 },
      source: '0 URLs',
    });
    expect(frontier).toMatchObject({ lines: 9, released: 0 });
    expect(JSON.stringify(runs)).not.toContain('settings');
  });

  test('tells hosts that are due from those that wait and those whose runs are paused', async () => {
    const world = frontierWorld(redis);
    await world.startRun('r', { perHostGapMs: 60_000 });
    await world.pushAll('r', hosts(3, 9));
    expect((await look()).frontier).toMatchObject({ hostsDue: 3, hostsLater: 0, hostsParked: 0 });
    await world.release({ most: 2 });
    expect((await look()).frontier).toMatchObject({ hostsDue: 1, hostsLater: 2, released: 2 });
    await redis.del(world.keys.ready);
    await redis.zadd(world.keys.ready, 9e15, 'h0');
    expect((await look()).frontier).toMatchObject({ hostsDue: 0, hostsLater: 0, hostsParked: 1 });
  });

  test('shows the newest 50 runs and how many there are', async () => {
    const world = frontierWorld(redis);
    for (let i = 0; i < 60; i++) await world.runs.create({ ...runSpecOf(`run-${i}`), createdAtMs: 1000 + i });
    const { runs, runCount } = await look();
    expect([runs.length, runs[0]?.run, runs[49]?.run, runCount]).toEqual([50, 'run-59', 'run-10', 60]);
    expect(await page()).toContain('the newest 50 of 60');
  });

  test('has a pace once it has been looked at twice', async () => {
    const world = frontierWorld(redis);
    await world.startRun('r', { perHost: 5 });
    await world.pushAll('r', hosts(1, 10));
    expect((await look()).runs[0]).not.toHaveProperty('perSecond');
    const { urls } = await world.release();
    await world.frontier.commit(urls.map((url) => commitOf(url)));
    const [run] = (await look()).runs as (FleetOverview['runs'][number] & { perSecond: number; etaMs: number })[];
    expect(run?.perSecond).toBeGreaterThan(0);
    expect(run?.etaMs).toBeCloseTo((5 / (run?.perSecond ?? 0)) * 1000);
  });

  test('tells of every schedule when it fires, what became of the last slot, and how often it was skipped', async () => {
    const world = scheduleWorld(redis);
    await world.add();
    await world.fire(1);
    await world.fire(2);
    const { schedules, runs, nowMs } = await look();
    expect(schedules).toEqual([
      expect.objectContaining({
        schedule: expect.objectContaining({ crawl: 'a' }),
        state: expect.objectContaining({ fired: 1, skipped: 1, lastFiring: { slotMs: 2000, what: 'skipped' } }),
        nextAtMs: Math.floor(nowMs / 1000) * 1000 + 1000,
      }),
    ]);
    expect(runs).toEqual([expect.objectContaining({ crawl: 'a', slotMs: 1000 })]);
    await world.schedules.pause('a');
    expect((await look()).schedules[0]).not.toHaveProperty('nextAtMs');
  });

  test('shows what comes from outside as text, whatever it holds', async () => {
    const world = frontierWorld(redis);
    const name = `<script>alert("1")</script>'&`;
    await world.startRun(name);
    const text = await page();
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
    expect(text).toContain(`/api/runs/${encodeURIComponent(name).replace("'", '&#39;')}/pause`);
  });
});

describe('what a look costs', () => {
  /** How often each command was called by what `act` does, on a Redis that does nothing else but tell clocks the time. */
  const commandsOf = async (act: () => Promise<unknown>): Promise<Record<string, number>> => {
    await redis.call('CONFIG', 'RESETSTAT');
    await act();
    const lines = String(await redis.info('commandstats')).matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm);
    const calls = [...lines].map(([, name, times]) => [name, Number(times)] as const);
    return Object.fromEntries(calls.filter(([name]) => name !== 'time'));
  };
  const crawl = async (lines: number): Promise<void> => {
    await redis.flushall();
    const world = frontierWorld(redis);
    await world.startRun('r');
    await world.pushAll('r', hosts(Math.ceil(lines / 4), lines));
    await world.release({ most: Math.ceil(lines / 10) });
    await page();
  };

  test.each([
    ['the first page', page],
    ['the overview for machines', look],
  ])('%s takes as many commands for 10,000 URLs as for 10', async (_what, act) => {
    await crawl(10);
    const few = await commandsOf(act);
    await crawl(10_000);
    const many = await commandsOf(act);
    expect(many).toEqual(few);
    expect(Object.values(few).reduce((sum, n) => sum + n)).toBeLessThan(30);
    expect(few['zrevrange']).toBe(1);
  });

  test('many who look at once share one look', async () => {
    await crawl(10);
    board.timePasses();
    const calls = await commandsOf(() => Promise.all(Array.from({ length: 20 }, () => board.ask('/api/overview'))));
    expect(calls['zrevrange']).toBe(1);
  });

  test('reads what a run came from once', async () => {
    await crawl(10);
    const read = createOverviewReader({ redis, shard: firstShard, now: () => 1 });
    expect((await commandsOf(read))['hget']).toBe(1);
    expect((await commandsOf(read))['hget']).toBeUndefined();
  });
});
