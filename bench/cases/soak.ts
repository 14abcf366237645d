import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import type { BenchCase, CaseResult } from '../support/bench-case.ts';
import { type BenchRedis, openBenchRedis } from '../support/bench-redis.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Figure } from '../support/figure.ts';
import { findNginx, startNginx } from '../support/nginx-origin.ts';
import { startTrawl } from '../support/start-trawl.ts';
import { sampleWorker, type WorkerSample } from '../support/worker-samples.ts';

/** Of a hundred answers, how many have this size: 28 KB on average, as pages have them. */
const sizes = [
  { share: 50, kib: 2 },
  { share: 30, kib: 16, coding: 'gzip' },
  { share: 15, kib: 50, coding: 'gzip' },
  { share: 4, kib: 200 },
  { share: 1, kib: 1024 },
];
/** By then a worker has seen all that it does. */
const warmFetches = (fetches: number): number => Math.min(20_000, fetches / 5);
const mostSockets = 128 + 256;
/** The worker keeps an idle connection for ten seconds. */
const idleDeadlineMs = 30_000;

/** Whether a worker that lives long grows. */
export const soak: BenchCase = {
  name: 'soak',
  about:
    '200,000 fetches of up to 1 MB over 2,000 hosts by one worker: what it holds after the first 20,000, and later',
  isOptIn: true,
  deadlineMs: 1_800_000,
  run: (world) => soakWith({ hosts: () => 2000, fetches: 200_000, maxGrowth: 1.15 }, world),
};

/** Whether a host that is never asked again leaves something behind. */
export const soakHosts: BenchCase = {
  name: 'soak-hosts',
  about: '20,000 fetches over 20,000 hosts by one worker: what a host leaves behind',
  isOptIn: true,
  deadlineMs: 600_000,
  run: (world) => soakWith({ hosts: (fetches) => fetches, fetches: 20_000, maxGrowth: 1.25 }, world),
};

type Plan = { hosts: (fetches: number) => number; fetches: number; maxGrowth: number };

async function soakWith(plan: Plan, world: BenchWorld): Promise<CaseResult> {
  const nginx = await findNginx();
  if (nginx === undefined) return { kind: 'skipped', reason: 'needs nginx: apt install nginx-light' };
  const fetches = world.fetches ?? plan.fetches;
  const dir = await world.newDir('soak');
  await using origin = await startNginx(nginx.path, { dir, stop: world.stop, files: sizes.map(fileOf) });
  const list = join(dir, 'urls.txt');
  await writeFile(list, urlsOf(fetches, plan.hosts(fetches), origin.port));

  const dataDir = join(dir, 'data');
  await using redis = await openBenchRedis(dataDir);
  const place = ['--data-dir', dataDir];
  const health = `127.0.0.1:${await freePort()}`;
  await using _collector = startTrawl(['collector', ...place], world);
  await using _worker = startTrawl(['worker', ...place, '--health', health], world);
  await using _producer = startTrawl(['producer', ...place], world);
  await using sampling = sampleWorker(health, origin.port);
  await startTrawl(['enqueue', list, '--name', 'soak', ...place, '--json'], world).ended;
  const { seconds, classes } = await finished(fetches, { redis, world, samples: sampling.samples });
  const endAt = performance.now();
  const { samples } = sampling;
  await idleEnd(samples, endAt, world);
  return {
    kind: 'measured',
    figures: figuresOf(samples, { fetches, seconds, endAt, maxGrowth: plan.maxGrowth }),
    notes: [`${JSON.stringify(classes)}; growth: the most afterwards, against what was held then`],
    detail: { samples: samples.map((sample) => ({ ...sample, atMs: Math.round(sample.atMs) })) },
  };
}

/** Half of it noise, so that it compresses as pages do. */
function fileOf({ kib, coding }: (typeof sizes)[number]): { name: string; coding?: string; bytes: Uint8Array } {
  const page = Buffer.from(
    randomBytes(kib * 256)
      .toString('hex')
      .padEnd(kib * 1024, 'Made of pretended matter. '),
  );
  return coding === undefined
    ? { name: `kib-${kib}`, bytes: page }
    : { name: `kib-${kib}`, coding, bytes: gzipSync(page) };
}

/** A host's URLs come ten at a time, so that connections are used again, and stand idle. */
function urlsOf(fetches: number, hosts: number, port: number): string {
  const deck = sizes.flatMap(({ share, kib }) => Array.from({ length: share }, () => kib));
  const atOnce = Math.min(10, Math.ceil(fetches / hosts));
  return Array.from({ length: fetches }, (_, i) => {
    const host = Math.floor(i / atOnce) % hosts;
    const address = `127.${1 + (host >> 14)}.${(host >> 7) & 127}.${1 + (host & 127)}`;
    // 37 and 100 have no common divisor: the sizes come mixed, in the same order every time.
    return `http://${address}:${port}/kib-${deck[(i * 37) % 100]}/${i}\n`;
  }).join('');
}

async function finished(
  lines: number,
  { redis, world, samples }: { redis: BenchRedis; world: BenchWorld; samples: WorkerSample[] },
) {
  for (let saidOf = 0; ; ) {
    const now = samples.at(-1);
    if (now !== undefined && now.outcomes >= saidOf + lines / 10) {
      saidOf = now.outcomes;
      world.say(`${now.outcomes} fetched: ${JSON.stringify({ ...now, atMs: Math.round(now.atMs) })}`);
    }
    const { state, recorded, classes, firstPushAtMs = 0, lastOutcomeAtMs = 0 } = await redis.lastRun();
    if (state === 'finished') {
      if (recorded !== lines || classes['ok'] !== lines) throw new Error(`not all are ok: ${JSON.stringify(classes)}`);
      return { classes, seconds: (lastOutcomeAtMs - firstPushAtMs) / 1000 };
    }
    world.stop.throwIfAborted();
    await delay(100);
  }
}

/** Waits until no connection is left, or ought to be. */
async function idleEnd(samples: WorkerSample[], endAt: number, world: BenchWorld): Promise<void> {
  while ((samples.at(-1)?.connections ?? 0) > 0 && performance.now() < endAt + idleDeadlineMs) {
    world.stop.throwIfAborted();
    await delay(100);
  }
}

function figuresOf(
  samples: WorkerSample[],
  { fetches, seconds, endAt, maxGrowth }: { fetches: number; seconds: number; endAt: number; maxGrowth: number },
): Figure[] {
  const first = samples.find(({ outcomes }) => outcomes >= warmFetches(fetches));
  if (first === undefined) throw new Error('no sample was taken');
  const later = samples.filter(({ atMs }) => atMs > first.atMs && atMs <= endAt);
  const last = samples.at(-1) as WorkerSample;
  const most = (of: (sample: WorkerSample) => number) => Math.max(...later.map(of));
  const mean = (of: (sample: WorkerSample) => number) => later.reduce((sum, each) => sum + of(each), 0) / later.length;
  const rss = ({ rssBytes }: WorkerSample) => rssBytes;
  const growth = (what: string, value: number) => ({
    what,
    value,
    unit: 'bytes' as const,
    reference: { name: `at ${Math.round(warmFetches(fetches))}`, value: first.rssBytes },
    ratio: value / first.rssBytes,
  });
  const noneLeft = samples.find(({ atMs, connections }) => atMs >= endAt && connections === 0);
  return [
    { ...growth('RSS afterwards, most', most(rss)), target: { of: 'ratio', atMost: maxGrowth } },
    growth('RSS afterwards, mean', mean(rss)),
    { what: 'heap afterwards, mean', value: mean(({ heapBytes }) => heapBytes), unit: 'bytes' },
    {
      what: 'connections, most',
      value: most((each) => each.connections),
      unit: 'many',
      target: { of: 'value', atMost: mostSockets },
    },
    {
      what: 'connections 30 s after the end',
      value: last.connections,
      unit: 'many',
      target: { of: 'value', atMost: 0 },
    },
    {
      what: 'the last one closed after',
      value: (noneLeft?.atMs ?? Number.POSITIVE_INFINITY) - endAt,
      unit: 'ms',
    },
    {
      what: 'descriptors, most',
      value: most(({ descriptors }) => descriptors),
      unit: 'many',
      reference: { name: 'then', value: first.descriptors },
    },
    {
      what: 'descriptors beside connections',
      value: besideConnections(last),
      unit: 'many',
      reference: { name: 'then', value: besideConnections(first) },
    },
    { what: 'fetches', value: fetches / seconds, unit: 'a second' },
  ];
}

const besideConnections = ({ descriptors, connections }: WorkerSample): number => descriptors - connections;
