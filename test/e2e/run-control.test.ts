import type { ChildProcess } from 'node:child_process';
import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { createRunControl, type RunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { patient } from '../support/fleet-runs.ts';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { pretendHosts } from '../support/pretend-web/pretend-hosts.ts';
import { type PretendWeb, startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { until } from '../support/until.ts';

const sinkLagBytes = 64 * 1024;

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: PretendWeb;
let redis: Redis;
let control: RunControl;
let collector: ChildProcess;

beforeAll(async () => {
  [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
  redis = await world.redis.connect();
  control = createRunControl(redis, firstShard);
  for (let i = 0; i < 2; i++) world.start('worker', [], patient);
  world.start('producer', [], { ...patient, TRAWL_SINK_LAG: `${sinkLagBytes}B` });
  collector = world.start('collector');
});
beforeEach(() => {
  web.arrivals.reset();
  web.hold();
});
afterAll(async () => {
  await world.stop();
  await web.close();
});

const keys = keysOf(firstShard);
const hosts = pretendHosts(10);

/** Lines of which the first `answered` are answered at once, and the others held until the web lets them go. */
const listOf = (lines: number, { answered = lines, id }: { answered?: number; id: string }): string =>
  Array.from(
    { length: lines },
    (_, i) => `http://${hosts[i % hosts.length]}:${web.port}/${i < answered ? 'ok' : 'held'}?${id}=${i}`,
  ).join('\n');

/** What a slow machine does late has not failed. */
const unhurried = { headersTimeoutMs: 600_000, totalTimeoutMs: 600_000, robots: 'ignore' } as const;

/** The fleet of the file feeds nothing by itself: a run is fed by a process that ends with its list. */
const feed = (run: string, variables: Record<string, string> = {}): ChildProcess =>
  world.start('producer', ['--run', run, '--ingest-only'], variables);

const nothingIsLeft = async (run: string, lines: number): Promise<void> => {
  expect(await readLedger(redis, firstShard, run, lines)).toEqual({ bitsSet: lines, missing: [], missingCount: 0 });
  expect(await redis.hlen(keys.released)).toBe(0);
  expect(await redis.hget(keys.backlog, 'lines')).toBe('0');
  expect(await redis.hexists(keys.waiting, run)).toBe(0);
};

test('a cancelled run asks nobody any more, and every line of it has an outcome', async () => {
  const [lines, answered, perHost] = [400, 100, 5];
  await world.createRun('ends', listOf(lines, { answered, id: 'ends' }), { perHost, ...unhurried });
  feed('ends');
  const atOnce = hosts.length * perHost;
  await web.arrivals.reached(answered + atOnce);
  await world.recorded('ends', answered);
  expect(await control.cancel('ends')).toBe('done');
  expect((await world.finished('ends')).classes).toEqual({ ok: answered, cancelled: lines - answered });
  // Each request that was broken off made room for another one. Who had not heard of it yet may have started what it held.
  expect(web.arrivals.total()).toBeLessThanOrEqual(answered + 2 * atOnce);
  await nothingIsLeft('ends', lines);
  await until(async () => (await world.status('ends')).collectedAtMs !== undefined);
  expect(await world.seqsInFile('ends')).toEqual(Array.from({ length: lines }, (_, i) => i));
  expect(await control.cancel('ends')).toBe('finished');
});

test('what is in flight is broken off, and what waits for its next try ends too', async () => {
  const silent = `http://${hosts[0]}:${web.port}/silent`;
  const broken = `http://${hosts[1]}:${web.port}/status/500?id=1`;
  const change = { ...unhurried, backoffMs: 600_000, backoffCapMs: 600_000 };
  await world.createRun('in-flight', `${silent}\n${broken}\n`, change);
  feed('in-flight');
  await web.arrivals.reached(2);
  await until(async () => (await redis.zcard('{t0}:fetch:delayed')) === 1);
  await control.cancel('in-flight');
  expect((await world.finished('in-flight')).classes).toEqual({ cancelled: 2 });
  await nothingIsLeft('in-flight', 2);
});

test('a source that is still being read when its run is cancelled is accounted for to its end', async () => {
  const lines = 4000;
  await world.createRun('is-read', listOf(lines, { id: 'is-read' }));
  await control.pause('is-read');
  feed('is-read', { TRAWL_BACKLOG: '64KiB' });
  await until(async () => (await world.status('is-read')).pushed > 0);
  expect((await world.status('is-read')).state).toBe('feeding');
  await control.cancel('is-read');
  expect((await world.finished('is-read')).classes).toEqual({ cancelled: lines });
  expect(web.arrivals.total()).toBe(0);
  await nothingIsLeft('is-read', lines);
});

test('a paused run asks nobody and holds up no other on its hosts, until it is resumed or cancelled', async () => {
  const [lines, answered, perHost] = [300, 50, 5];
  const atOnce = hosts.length * perHost;
  for (const run of ['stands', 'is-given-up']) {
    await world.createRun(run, listOf(lines, { answered, id: run }), { perHost, ...unhurried });
    if (run === 'is-given-up') await control.pause(run);
    feed(run);
  }
  await web.arrivals.reached(answered + atOnce);
  await world.recorded('stands', answered);
  await until(async () => (await world.status('is-given-up')).state === 'draining');
  expect(await control.pause('stands')).toBe('done');
  expect(await control.pause('stands')).toBe('done');
  web.letGo();
  await world.recorded('stands', answered + atOnce);

  await world.createRun('goes-by', listOf(100, { id: 'goes-by' }), { perHost, ...unhurried });
  feed('goes-by');
  expect((await world.finished('goes-by')).classes).toEqual({ ok: 100 });
  await until(async () => (await world.status('stands')).recorded === web.arrivals.total() - 100); // nothing is in flight
  const { recorded, ...stands } = await world.status('stands');
  expect(stands).toMatchObject({ paused: true, state: 'draining' });
  expect(recorded).toBeLessThanOrEqual(answered + 2 * atOnce); // see above

  await control.cancel('is-given-up');
  expect((await world.finished('is-given-up')).classes).toEqual({ cancelled: lines });
  expect(await control.resume('is-given-up')).toBe('finished');
  expect(await control.resume('stands')).toBe('done');
  expect((await world.finished('stands')).classes).toEqual({ ok: lines });
  expect(web.arrivals.total()).toBe(lines + 100);
  expect(Math.max(...hosts.map((host) => web.arrivals.mostAtOnce(host)))).toBeLessThanOrEqual(perHost);
  await nothingIsLeft('stands', lines);
  expect(await control.pause('nobody')).toBe('unknown');
});

test('a run whose records nobody collects stops by itself and holds up no other', async () => {
  const lines = 1500;
  await endOf(collector, 'SIGTERM');
  await world.createRun('unread', listOf(lines, { id: 'unread' }));
  feed('unread');
  await until(async () => Number(await redis.hget(keys.lag, 'unread')) > sinkLagBytes);
  await world.createRun('read', listOf(200, { id: 'read' }));
  feed('read');
  world.start('collector', ['--run', 'read']);
  expect((await world.finished('read')).classes).toEqual({ ok: 200 });
  expect((await world.status('unread')).state).toBe('draining');
  collector = world.start('collector');
  expect((await world.finished('unread')).classes).toEqual({ ok: lines });
});

test('a job of a newer version is handed back, and costs neither an attempt nor an outcome', async () => {
  const job = '{t0}:fetch:later-0-0';
  const fields = { name: 'url', data: JSON.stringify({ v: 2 }), opts: '{}', timestamp: '1' };
  await redis.hset(job, fields);
  await redis.lpush('{t0}:fetch:wait', 'later-0-0');
  await redis.zadd('{t0}:fetch:marker', 0, '0');
  await until(async () => (await redis.zscore('{t0}:fetch:delayed', 'later-0-0')) !== null);
  expect(await redis.hget(job, 'atm')).toBeNull();
});
