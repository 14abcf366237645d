import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { redisNowMs } from '@trawl/shared/platform/redis.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { type PretendDns, startPretendDns } from '../support/pretend-dns.ts';
import { mixedUrls } from '../support/pretend-web/mixed-urls.ts';
import { type PretendWeb, startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { until } from '../support/until.ts';

type App = 'producer' | 'worker' | 'collector';

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: PretendWeb;
let dns: PretendDns;
beforeEach(async () => {
  [world, web, dns] = await Promise.all([startFleetWorld(), startPretendWeb(), startPretendDns()]);
});
afterEach(async () => {
  await world.stop();
  await Promise.all([web.close(), dns.close()]);
});

/** Starts a process on a free port; resolves once it is announced. */
const startWithPages = async (
  app: App,
  args: string[] = [],
  more: Record<string, string> = {},
): Promise<{ url: string; child: ChildProcess }> => {
  const redis = await world.redis.connect();
  const variables = { TRAWL_HEALTH: '127.0.0.1:0', TRAWL_RESOLVER: dns.address, ...more };
  const child = world.start(app, args, variables);
  for (;;) {
    const members = await createFleet(redis, firstShard).processes(await redisNowMs(redis));
    const url = members.find(({ id }) => id.split(':')[1] === String(child.pid))?.healthUrl;
    if (url !== undefined) return { url, child };
    await delay(20);
  }
};

const ready = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return { ...((await response.json()) as { reasons?: string[] }), status: response.status };
};

/** The samples of a page: `name{label="value"}` -> number. */
const samplesOf = async (url: string): Promise<Map<string, number>> => {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
};

/** Outcomes by class, summed over processes; classes without one are left out, as in the ledger. */
const outcomesOf = async (urls: string[]): Promise<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const samples of await Promise.all(urls.map(samplesOf)))
    for (const [name, n] of samples) {
      const outcome = /^trawl_outcomes_total\{class="(.*)"\}$/.exec(name)?.[1];
      if (outcome !== undefined && n > 0) sums[outcome] = (sums[outcome] ?? 0) + n;
    }
  return sums;
};

const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, n) => sum + n, 0);

test('after a run the counters of all processes together are the ledger', async () => {
  const list = mixedUrls({ port: web.port, lines: 300, hosts: 6, seed: 3 });
  await world.createRun('a', list.text, { totalTimeoutMs: 1000, attempts: 3, backoffMs: 20, robots: 'ignore' });
  const { url: collector } = await startWithPages('collector');
  const workers = [(await startWithPages('worker')).url, (await startWithPages('worker')).url];
  const { url: producer } = await startWithPages('producer', ['--run', 'a']);
  const { classes } = await world.finished('a');
  expect(classes).toEqual(Object.fromEntries(Object.entries(list.expected).filter(([, n]) => n > 0)));

  const outcomes = () => outcomesOf([producer, ...workers]);
  await until(async () => sumOf(await outcomes()) >= list.inputLines); // an answer of Redis may be on its way
  expect(await outcomes()).toEqual(classes);

  await until(async () => (await world.status('a')).collectedAtMs !== undefined);
  const written = await samplesOf(collector);
  expect(written.get('trawl_records_written_total')).toBe(list.inputLines);
  expect(written.get('trawl_store_duration_seconds_count')).toBe(written.get('trawl_record_batches_total'));
  expect(written.get('trawl_runs_collecting')).toBe(0);

  const all = await Promise.all(workers.map(samplesOf));
  const total = (name: string) => all.reduce((sum, samples) => sum + (samples.get(name) ?? Number.NaN), 0);
  const tries = total('trawl_fetch_duration_seconds_count');
  const fetched = list.inputLines - sumOf(await outcomesOf([producer]));
  // A try ends with its URL: in an outcome, in a retry, or in a pause that the host asked for.
  const putOff = total('trawl_defers_total{reason="refused"}') + total('trawl_defers_total{reason="redirect"}');
  expect(tries).toBe(fetched + total('trawl_retries_total') + putOff);
  expect(total('trawl_retries_total')).toBeGreaterThan(0);
  expect(total('trawl_wire_bytes_total')).toBeGreaterThan(0);
  expect(total('trawl_fetches_in_flight')).toBe(0);

  const fed = await samplesOf(producer);
  expect(fed.get('trawl_lines_pushed_total')).toBe(list.inputLines);
  expect(fed.get('trawl_urls_released_total')).toBe(total('trawl_turn_wait_seconds_count'));
});

test('a producer counts what it feeds, and shows what waits: runnable and parked apart', async () => {
  const redis = await world.redis.connect();
  const lines = (n: number, from: string) =>
    Array.from({ length: n }, (_, i) => `http://127.0.0.1:${web.port}/ok?${from}=${i}`).join('\n');
  await world.createRun('runs', lines(30, 'a'));
  await world.createRun('rests', lines(20, 'b'));
  await createRunControl(redis, firstShard).pause('rests');
  for (const run of ['runs', 'rests']) world.start('producer', ['--run', run, '--ingest-only']);
  await until(async () => (await world.status('runs')).pushed + (await world.status('rests')).pushed === 50);

  const { url: producer } = await startWithPages('producer');
  const queued = async () => (await samplesOf(producer)).get('trawl_queue_jobs{state="wait"}');
  await until(async () => (await queued()) === 6); // as many as the host may be asked at once
  const { waiting, released } = await world.status('runs');
  const samples = await samplesOf(producer);
  expect(samples.get('trawl_frontier_lines{state="runnable"}')).toBe(waiting);
  expect(samples.get('trawl_frontier_lines{state="parked"}')).toBe(20);
  expect(samples.get('trawl_released_urls')).toBe(released);
  expect(samples.get('trawl_urls_released_total')).toBe(released);
  expect(samples.get('trawl_workers')).toBe(0);
});

test('readyz says no while Redis is away, healthz and metrics go on, and all is well when it is back', async () => {
  const apps = ['producer', 'worker', 'collector'] as const;
  const urls = (await Promise.all(apps.map((app) => startWithPages(app)))).map(({ url }) => url);
  for (const url of urls) await until(async () => (await ready(url)).status === 200);

  await world.redis.kill();
  for (const url of urls) {
    await until(async () => (await ready(url)).status === 503);
    expect((await ready(url)).reasons).toContain('Redis is not connected');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const samples = await samplesOf(url);
    expect(samples.get('trawl_redis_connected')).toBe(0);
    expect(samples.has('trawl_workers')).toBe(false);
  }

  await world.redis.restart();
  for (const url of urls) await until(async () => (await ready(url)).status === 200);
  expect((await samplesOf(urls[0] ?? '')).get('trawl_redis_connected')).toBe(1);
});

test('a worker that stops is not ready while it ends what it has in hand', async () => {
  const { url: worker, child } = await startWithPages('worker', [], { TRAWL_GRACE: '1m' });
  await world.createRun('a', `http://127.0.0.1:${web.port}/silent`, { robots: 'ignore' });
  world.start('producer', ['--run', 'a']);
  await web.arrivals.reached(1);
  expect((await samplesOf(worker)).get('trawl_fetches_in_flight')).toBe(1);
  const stopped = endOf(child, 'SIGTERM');
  await until(async () => (await ready(worker)).status === 503);
  expect((await ready(worker)).reasons).toContain('takes no jobs');
  child.kill('SIGTERM');
  await stopped;
});

test('only GET of the three pages is answered', async () => {
  const { url } = await startWithPages('collector');
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
});

test('a port that is taken ends the process with 2 before it takes anything', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const child = world.start('worker', [], { TRAWL_HEALTH: String(port) });
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(2);
  other.close();
  await once(other, 'close');
});
