import { fetchQueueName } from '../domain/fetch-job.ts';
import { gauge, gaugeBy, type Handles } from '../platform/health/metric.ts';
import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

/** The state of the whole fleet, from Redis: every process that shows it says the same. */
export const fleetMetrics = {
  frontierLines: gaugeBy(
    'trawl_frontier_lines',
    { name: 'state', values: ['runnable', 'parked'] },
    'Lines that wait in the frontier; parked: their run is paused or cancelled.',
  ),
  frontierHosts: gaugeBy(
    'trawl_frontier_hosts',
    { name: 'state', values: ['due', 'later', 'parked'] },
    'Hosts with lines; due: they may be asked now, for all that is known; parked: when a run is resumed.',
  ),
  releasedUrls: gauge(
    'trawl_released_urls',
    'URLs out of the frontier and without an outcome: queued, in flight or backing off.',
  ),
  sinkLag: gauge('trawl_sink_lag_bytes', 'Records with an outcome that are not in their sinks yet.'),
  queueJobs: gaugeBy(
    'trawl_queue_jobs',
    { name: 'state', values: ['wait', 'active', 'delayed'] },
    'Jobs of the queue `fetch`.',
  ),
  queuePaused: gauge(
    'trawl_queue_paused',
    '1 while somebody has paused the queue `fetch`, in Bull Board for instance.',
  ),
  workers: gauge('trawl_workers', 'Workers that are there.'),
} as const;

/** When release looks again at hosts whose runs are all halted: parts/host.lua. */
const parkedMs = 9e15;

const names = Object.keys(fleetMetrics) as (keyof typeof fleetMetrics)[];

/** Gives the function that sets them all, by a constant number of commands in one round trip; unknown while Redis is away. */
export const fleetMetricsReader = (
  metrics: Handles<typeof fleetMetrics>,
  { redis, shard, nowMs }: { redis: Redis; shard: Shard; nowMs: () => number },
): (() => Promise<void>) => {
  let isAsking = false;
  return async () => {
    for (const name of names) metrics[name].set(undefined);
    if (isAsking || redis.status !== 'ready') return;
    isAsking = true;
    try {
      const atMs = nowMs();
      show(await ask(redis, shard, atMs), metrics, atMs);
    } finally {
      isAsking = false;
    }
  };
};

function show(answers: Answers, metrics: Handles<typeof fleetMetrics>, nowMs: number): void {
  const [waiting, halted, due, parkedHosts, hosts, released, lag, wait, active, delayed, paused, workers] = answers;
  const parked = sum(Object.entries(waiting).map(([run, lines]) => (run in halted ? lines : 0)));
  metrics.frontierLines.set({ runnable: sum(Object.values(waiting)) - parked, parked });
  metrics.frontierHosts.set({ due, later: hosts - due - parkedHosts, parked: parkedHosts });
  metrics.releasedUrls.set(released);
  metrics.sinkLag.set(sum(lag));
  metrics.queueJobs.set({ wait, active, delayed });
  metrics.queuePaused.set(paused);
  metrics.workers.set(workers.filter((text) => Number(text.split(' ', 2)[1]) > nowMs).length);
}

type Answers = [
  waiting: Record<string, string>,
  halted: Record<string, string>,
  due: number,
  parkedHosts: number,
  hosts: number,
  released: number,
  lag: string[],
  wait: number,
  active: number,
  delayed: number,
  paused: number,
  workers: string[],
];

async function ask(redis: Redis, shard: Shard, nowMs: number): Promise<Answers> {
  const keys = keysOf(shard);
  const queue = keys.jobs(fetchQueueName);
  const replies = await redis
    .pipeline()
    .hgetall(keys.waiting)
    .hgetall(keys.halted)
    .zcount(keys.ready, '-inf', nowMs)
    .zcount(keys.ready, parkedMs, '+inf')
    .zcard(keys.ready)
    .hlen(keys.released)
    .hvals(keys.lag)
    .llen(`${queue}wait`)
    .llen(`${queue}active`)
    .zcard(`${queue}delayed`)
    .hexists(`${queue}meta`, 'paused')
    .hvals(keys.workers)
    .exec();
  const failed = replies?.find(([error]) => error !== null)?.[0];
  if (failed) throw failed;
  return replies?.map(([, reply]) => reply) as Answers;
}

const sum = (numbers: (string | number)[]): number => numbers.reduce<number>((total, n) => total + Number(n), 0);
