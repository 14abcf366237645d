import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { createRunControl, type RunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startFleetWorld } from '../support/fleet-world.ts';
import { pretendHosts } from '../support/pretend-web/pretend-hosts.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { until } from '../support/until.ts';

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: Awaited<ReturnType<typeof startPretendWeb>>;
let redis: Redis;
let control: RunControl;

beforeEach(async () => {
  [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
  redis = await world.redis.connect();
  control = createRunControl(redis, firstShard);
});
afterEach(async () => {
  await world.stop();
  await web.close();
});

const keys = keysOf(firstShard);
const hosts = pretendHosts(20);
/** What is promised: no process goes on for longer than this after the command has returned. */
const effectiveWithinMs = 1000;

const listOf = (lines: number, path: string): string =>
  Array.from({ length: lines }, (_, i) => `http://${hosts[i % hosts.length]}:${web.port}${path}${i}`).join('\n');

const startFleet = (): void => {
  for (let i = 0; i < 3; i++) world.start('worker');
  world.start('producer');
  world.start('collector');
};

/** How many requests arrive in the time that begins once the promise's second is over. */
const arrivalsAfterwards = async (watchedMs: number): Promise<number> => {
  await delay(effectiveWithinMs);
  const before = web.arrivals.total();
  await delay(watchedMs);
  return web.arrivals.total() - before;
};

const nothingIsLeft = async (run: string, lines: number): Promise<void> => {
  expect(await readLedger(redis, firstShard, run, lines)).toEqual({ bitsSet: lines, missing: [], missingCount: 0 });
  expect(await redis.hlen(keys.released)).toBe(0);
  expect(await redis.hget(keys.backlog, 'lines')).toBe('0');
  expect(await redis.hexists(keys.waiting, run)).toBe(0);
};

const seqsIn = async (run: string): Promise<number[]> => {
  await until(async () => (await world.status(run)).collectedAtMs !== undefined);
  const text = await readFile(world.outputOf(run), 'utf8');
  const seqs = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  return seqs.toSorted((a, b) => a - b);
};

test('a cancelled run asks nobody any more, and every line of it has an outcome', async () => {
  const lines = 20_000;
  startFleet();
  await world.createRun('a', listOf(lines, '/ok?delay=50&id='), { perHost: 50 });
  world.start('producer', ['--run', 'a']);
  await web.arrivals.reached(2000);
  expect(await control.cancel('a')).toBe('done');
  expect(await arrivalsAfterwards(1500)).toBe(0);
  const { classes } = await world.finished('a');
  expect((classes['ok'] ?? 0) + (classes['cancelled'] ?? 0)).toBe(lines);
  expect(classes['cancelled']).toBeGreaterThan(lines / 4);
  await nothingIsLeft('a', lines);
  expect(await seqsIn('a')).toEqual(Array.from({ length: lines }, (_, i) => i));
  expect(await control.cancel('a')).toBe('finished');
});

test('what is in flight is broken off, and what waits for its next try ends too', async () => {
  startFleet();
  const silent = `http://${hosts[0]}:${web.port}/silent`;
  const broken = `http://${hosts[1]}:${web.port}/status/500?id=1`;
  await world.createRun('a', `${silent}\n${broken}\n`, { backoffMs: 60_000, totalTimeoutMs: 30_000, robots: 'ignore' });
  world.start('producer', ['--run', 'a']);
  await web.arrivals.reached(2);
  await until(async () => (await redis.zcard('{t0}:fetch:delayed')) === 1);
  await control.cancel('a');
  const { classes } = await world.finished('a');
  expect(classes).toEqual({ cancelled: 2 });
  await nothingIsLeft('a', 2);
});

test('a source that is still being read when its run is cancelled is accounted for to its end', async () => {
  const lines = 30_000;
  await world.createRun('a', listOf(lines, '/ok?id='));
  world.start('producer', ['--run', 'a', '--ingest-only'], { TRAWL_BACKLOG: '64KiB' });
  await until(async () => (await world.status('a')).pushed > 0);
  await control.cancel('a');
  startFleet();
  expect((await world.finished('a')).classes).toEqual({ cancelled: lines });
  expect(web.arrivals.total()).toBe(0);
  await nothingIsLeft('a', lines);
});

test('a paused run asks nobody until it is resumed, and then ends as if nothing had been', async () => {
  const lines = 3000;
  startFleet();
  await world.createRun('a', listOf(lines, '/ok?delay=50&id='), { perHost: 5 });
  world.start('producer', ['--run', 'a']);
  await web.arrivals.reached(300);
  expect(await control.pause('a')).toBe('done');
  expect(await control.pause('a')).toBe('done');
  expect(await arrivalsAfterwards(1500)).toBe(0);
  expect(await world.status('a')).toMatchObject({ paused: true, state: 'draining' });
  expect(await control.resume('a')).toBe('done');
  expect((await world.finished('a')).classes).toEqual({ ok: lines });
  expect(web.arrivals.total()).toBe(lines + hosts.length); // and each robots.txt
  expect(Math.max(...hosts.map((host) => web.arrivals.mostAtOnce(host)))).toBeLessThanOrEqual(5);
  await nothingIsLeft('a', lines);
});

test('a paused run holds up no other run on its hosts, and a paused one may be cancelled', async () => {
  startFleet();
  await world.createRun('a', listOf(2000, '/ok?a='), { ratePerSecond: 10 });
  world.start('producer', ['--run', 'a', '--ingest-only']);
  await until(async () => (await world.status('a')).state === 'draining');
  await control.pause('a');
  await world.createRun('b', listOf(500, '/ok?b='));
  world.start('producer', ['--run', 'b', '--ingest-only']);
  expect((await world.finished('b')).classes).toEqual({ ok: 500 });
  await control.cancel('a');
  const { classes } = await world.finished('a');
  expect((classes['ok'] ?? 0) + (classes['cancelled'] ?? 0)).toBe(2000);
  expect(await control.resume('a')).toBe('finished');
  expect(await control.pause('nobody')).toBe('unknown');
});

test('a run whose records nobody collects stops by itself and holds up no other', async () => {
  const sinkLag = { TRAWL_SINK_LAG: '64KiB' };
  world.start('worker');
  world.start('producer', [], sinkLag);
  await world.createRun('a', listOf(5000, '/ok?a='));
  world.start('producer', ['--run', 'a', '--ingest-only']);
  await until(async () => Number(await redis.hget(keys.lag, 'a')) > 64 * 1024);
  await world.createRun('b', listOf(300, '/ok?b='));
  world.start('producer', ['--run', 'b', '--ingest-only']);
  world.start('collector', ['--run', 'b']);
  expect((await world.finished('b')).classes).toEqual({ ok: 300 });
  expect((await world.status('a')).state).toBe('draining');
  world.start('collector', ['--run', 'a']);
  expect((await world.finished('a')).classes).toEqual({ ok: 5000 });
});

test('a job of a newer version is handed back, and costs neither an attempt nor an outcome', async () => {
  startFleet();
  await redis.hset(
    '{t0}:fetch:later-0-0',
    'name',
    'url',
    'data',
    JSON.stringify({ v: 2 }),
    'opts',
    '{}',
    'timestamp',
    '1',
  );
  await redis.lpush('{t0}:fetch:wait', 'later-0-0');
  await redis.zadd('{t0}:fetch:marker', 0, '0');
  await until(async () => (await redis.zscore('{t0}:fetch:delayed', 'later-0-0')) !== null);
  expect(await redis.hget('{t0}:fetch:later-0-0', 'atm')).toBeNull();
});
