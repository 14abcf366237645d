import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { announcedUrl } from '../support/announced-url.ts';
import { patient } from '../support/fleet-runs.ts';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { frontierWorld } from '../support/frontier-world.ts';
import { type PretendDns, startPretendDns } from '../support/pretend-dns.ts';
import { mixedUrls } from '../support/pretend-web/mixed-urls.ts';
import { type PretendWeb, startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import type { UrlList } from '../support/pretend-web/url-list.ts';
import { until } from '../support/until.ts';

type App = 'producer' | 'worker' | 'collector';

let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: PretendWeb;
let dns: PretendDns;
beforeAll(async () => {
  [world, web, dns] = await Promise.all([startFleetWorld(), startPretendWeb(), startPretendDns()]);
});
afterAll(async () => {
  await world.stop();
  await Promise.all([web.close(), dns.close()]);
});

type Started = { url: string; child: ChildProcess };

/** Starts a process on a free port; resolves once it is announced. */
const startWithPages = async (app: App, args: string[] = [], more: Record<string, string> = {}): Promise<Started> => {
  const redis = await world.redis.connect();
  const variables = { ...patient, TRAWL_HEALTH: '127.0.0.1:0', TRAWL_RESOLVER: dns.address, ...more };
  const child = world.start(app, args, variables);
  return { url: await announcedUrl(redis, child.pid), child };
};

const urlsOf = (all: Started[]): string[] => all.map(({ url }) => url);

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

test('a producer shows what waits: runnable and parked apart', async () => {
  const redis = await world.redis.connect();
  const { startRun, pushAll } = frontierWorld(redis);
  for (const [run, lines] of [
    ['runs', 30],
    ['rests', 20],
  ] as const) {
    await startRun(run);
    await pushAll(
      run,
      Array.from({ length: lines }, () => ({ host: `127.0.0.1:${web.port}` })),
    );
  }
  await createRunControl(redis, firstShard).pause('rests');

  const { url: producer, child } = await startWithPages('producer');
  const queued = async () => (await samplesOf(producer)).get('trawl_queue_jobs{state="wait"}');
  await until(async () => (await queued()) === 6); // as many as the host may be asked at once
  const { waiting, released } = await world.status('runs');
  const samples = await samplesOf(producer);
  expect(samples.get('trawl_frontier_lines{state="runnable"}')).toBe(waiting);
  expect(samples.get('trawl_frontier_lines{state="parked"}')).toBe(20);
  expect(samples.get('trawl_released_urls')).toBe(released);
  expect(samples.get('trawl_urls_released_total')).toBe(released);
  expect(samples.get('trawl_workers')).toBe(0);
  await endOf(child, 'SIGTERM');
  await redis.flushall();
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

describe('a fleet with a run', () => {
  let producer: Started;
  let workers: [Started, Started];
  let collector: Started;
  let list: UrlList;

  beforeAll(async () => {
    list = mixedUrls({ port: web.port, lines: 200, hosts: 6, seed: 3, silent: false });
    await world.createRun('a', list.text, { attempts: 3, backoffMs: 20, robots: 'ignore' });
    const startWorker = () => startWithPages('worker', [], { TRAWL_GRACE: '1m' });
    [collector, ...workers] = await Promise.all([startWithPages('collector'), startWorker(), startWorker()]);
    producer = await startWithPages('producer', ['--run', 'a']);
  });

  test('after a run the counters of all processes together are the ledger', async () => {
    const { classes } = await world.finished('a');
    expect(classes).toEqual(Object.fromEntries(Object.entries(list.expected).filter(([, n]) => n > 0)));

    const outcomes = () => outcomesOf([producer.url, ...urlsOf(workers)]);
    await until(async () => sumOf(await outcomes()) >= list.inputLines); // an answer of Redis may be on its way
    expect(await outcomes()).toEqual(classes);

    await until(async () => (await world.status('a')).collectedAtMs !== undefined);
    await until(async () => (await samplesOf(collector.url)).get('trawl_runs_collecting') === 0);
    const written = await samplesOf(collector.url);
    expect(written.get('trawl_records_written_total')).toBe(list.inputLines);
    expect(written.get('trawl_store_duration_seconds_count')).toBe(written.get('trawl_record_batches_total'));

    const all = await Promise.all(urlsOf(workers).map(samplesOf));
    const total = (name: string) => all.reduce((sum, samples) => sum + (samples.get(name) ?? Number.NaN), 0);
    const tries = total('trawl_fetch_duration_seconds_count');
    const fetched = list.inputLines - sumOf(await outcomesOf([producer.url]));
    // A try ends with its URL: in an outcome, in a retry, or in a pause that the host asked for.
    const putOff = total('trawl_defers_total{reason="refused"}') + total('trawl_defers_total{reason="redirect"}');
    expect(tries).toBe(fetched + total('trawl_retries_total') + putOff);
    expect(total('trawl_retries_total')).toBeGreaterThan(0);
    expect(total('trawl_wire_bytes_total')).toBeGreaterThan(0);
    expect(total('trawl_fetches_in_flight')).toBe(0);

    const fed = await samplesOf(producer.url);
    expect(fed.get('trawl_lines_pushed_total')).toBe(list.inputLines);
    expect(fed.get('trawl_urls_released_total')).toBe(total('trawl_turn_wait_seconds_count'));
  });

  test('only GET of the three pages is answered', async () => {
    const { url } = collector;
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
  });

  test('readyz says no while Redis is away, healthz and metrics go on, and all is well when it is back', async () => {
    const urls = urlsOf([producer, ...workers, collector]);
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
    const [{ url, child }, other] = workers;
    await endOf(other.child, 'SIGTERM');
    web.arrivals.reset();
    await world.createRun('b', `http://127.0.0.1:${web.port}/silent`, { robots: 'ignore', totalTimeoutMs: 600_000 });
    world.start('producer', ['--run', 'b', '--ingest-only']);
    await web.arrivals.reached(1);
    expect((await samplesOf(url)).get('trawl_fetches_in_flight')).toBe(1);
    const stopped = endOf(child, 'SIGTERM');
    await until(async () => (await ready(url)).status === 503);
    expect((await ready(url)).reasons).toContain('takes no jobs');
    child.kill('SIGTERM');
    await stopped;
  });
});
