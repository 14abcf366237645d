import { fetchQueueName } from '../domain/fetch-job.ts';
import type { RunSpec } from '../domain/run.ts';
import type { Redis } from '../platform/redis.ts';
import { createFleet, type FleetMember } from './fleet.ts';
import { lookAtSchedules, type ScheduleLook } from './look-at-schedules.ts';
import { originOf, overviewFields, type RunOrigin, type RunOverview, runOverviewOf } from './overview-run.ts';
import { keysOf, type Shard } from './shard.ts';

/** Everything that is going on, at one moment on the clock of Redis. */
export type FleetOverview = {
  nowMs: number;
  /** The newest first, at most 50. */
  runs: RunOverview[];
  /** Of all times. */
  runCount: number;
  frontier: FrontierOverview;
  fetchQueue: QueueOverview;
  /** By name, at most 50. */
  schedules: ScheduleLook[];
  /** The processes that are there. */
  members: FleetMember[];
};

export type FrontierOverview = {
  /** URLs that have not been released. */
  lines: number;
  bytes: number;
  /** Hosts with lines: to be asked now, after their gap or penalty, or when one of their runs is resumed. */
  hostsDue: number;
  hostsLater: number;
  hostsParked: number;
  /** Released, no outcome yet. */
  released: number;
  /** Of records that no sink has yet. */
  lagBytes: number;
};

export type QueueOverview = { waiting: number; active: number; delayed: number; paused: boolean };

const mostRuns = 50;
const mostSchedules = 50;
/** Where release puts hosts that wait for a run to be resumed; no due time is as late. */
const parkedMs = 9e15;

/**
 * Reads the overview in two round trips, from counters: how many commands that takes depends on how many runs and
 * schedules are shown, never on how many URLs there are. Rejects when Redis does not answer.
 * @param now Redis ms
 */
export const createOverviewReader = ({
  redis,
  shard,
  now,
}: {
  redis: Redis;
  shard: Shard;
  now: () => number;
}): (() => Promise<FleetOverview>) => {
  const readRuns = createRunsReader(redis, shard);
  const fleet = createFleet(redis, shard);

  return async () => {
    const nowMs = Math.floor(now());
    const [found, schedules, members] = await Promise.all([
      readCounters(redis, shard, nowMs),
      lookAtSchedules(redis, shard, nowMs, mostSchedules),
      fleet.processes(nowMs),
    ]);
    const backlog = found.backlog as Hash;
    const [hosts, hostsDue, hostsParked] = [found.hosts, found.hostsDue, found.hostsParked].map(Number) as Three;
    return {
      nowMs,
      runs: await readRuns(found.runs as string[], found.waiting as Hash),
      runCount: Number(found.runCount),
      frontier: {
        lines: Number(backlog['lines'] ?? 0),
        bytes: Number(backlog['bytes'] ?? 0),
        hostsDue,
        hostsLater: hosts - hostsDue - hostsParked,
        hostsParked,
        released: Number(found.released),
        lagBytes: (found.lag as string[]).reduce((sum, bytes) => sum + Number(bytes), 0),
      },
      fetchQueue: {
        waiting: Number(found.jobsWaiting),
        active: Number(found.jobsActive),
        delayed: Number(found.jobsDelayed),
        paused: Number(found.queuePaused) === 1,
      },
      schedules,
      members,
    };
  };
};

type Hash = Record<string, string>;
type Three = [number, number, number];

function readCounters(redis: Redis, shard: Shard, nowMs: number) {
  const keys = keysOf(shard);
  const queue = keys.jobs(fetchQueueName);
  return askAll(redis, {
    runs: ['zrevrange', keys.runs, 0, mostRuns - 1],
    runCount: ['zcard', keys.runs],
    waiting: ['hgetall', keys.waiting],
    backlog: ['hgetall', keys.backlog],
    lag: ['hvals', keys.lag],
    released: ['hlen', keys.released],
    hosts: ['zcard', keys.ready],
    hostsDue: ['zcount', keys.ready, '-inf', nowMs],
    hostsParked: ['zcount', keys.ready, parkedMs, '+inf'],
    jobsWaiting: ['llen', keys.waitingJobs(fetchQueueName)],
    jobsActive: ['llen', `${queue}active`],
    jobsDelayed: ['zcard', `${queue}delayed`],
    queuePaused: ['hexists', `${queue}meta`, 'paused'],
  });
}

/** The newest runs; remembers what they came from, which never changes and may be large. */
function createRunsReader(redis: Redis, shard: Shard) {
  const keys = keysOf(shard);
  let origins = new Map<string, RunOrigin>();

  return async (names: string[], waiting: Hash): Promise<RunOverview[]> => {
    const unknown = names.filter((run) => !origins.has(run));
    const [fields, counts, specs] = await Promise.all([
      ask(
        redis,
        names.map((run) => ['hmget', keys.run(run), ...overviewFields]),
      ),
      ask(
        redis,
        names.map((run) => ['hgetall', keys.count(run)]),
      ),
      ask(
        redis,
        unknown.map((run) => ['hget', keys.run(run), 'spec']),
      ),
    ]);
    for (const [i, run] of unknown.entries()) {
      const spec = specs[i] as string | null;
      if (spec !== null) origins.set(run, originOf(JSON.parse(spec) as RunSpec));
    }
    origins = new Map([...origins].filter(([run]) => names.includes(run)));
    return names.flatMap((run, i) => {
      const origin = origins.get(run);
      if (origin === undefined) return [];
      const found = { fields: fields[i] as (string | null)[], count: counts[i] as Hash };
      return [runOverviewOf(run, { ...found, waiting: Number(waiting[run] ?? 0), origin })];
    });
  };
}

type RedisCommand = [name: string, ...args: (string | number)[]];

async function askAll<const K extends string>(
  redis: Redis,
  commands: Record<K, RedisCommand>,
): Promise<Record<K, unknown>> {
  const replies = await ask(redis, Object.values(commands));
  return Object.fromEntries(Object.keys(commands).map((name, i) => [name, replies[i]])) as Record<K, unknown>;
}

/** One round trip for all of them. Rejects with the first error. */
async function ask(redis: Redis, commands: RedisCommand[]): Promise<unknown[]> {
  const replies = (await redis.pipeline(commands).exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
