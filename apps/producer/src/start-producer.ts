import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import type { SettingsOf } from '@trawl/shared/domain/setting.ts';
import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { createFrontier } from '@trawl/shared/frontier/frontier.ts';
import { createRuns, type Runs } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { producerSettings } from '@trawl/shared/platform/app-settings.ts';
import type { RedisClock } from '@trawl/shared/platform/clock.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { feedRun } from './feed-run.ts';
import { type ProduceEffects, type ProducerDuty, produce } from './produce.ts';
import { endCancelledRuns } from './release/end-cancelled.ts';
import { openFetchQueue } from './release/fetch-queue.ts';
import { releaseLoop } from './release/release-loop.ts';
import { createSweeper } from './release/sweeper.ts';
import { createWakeUps } from './release/wake-ups.ts';
import { windowFor } from './release/window.ts';
import { readSourceIdentity, refuseChangedSource } from './source/source-identity.ts';
import { openStdinSpool, type StdinSpool } from './source/stdin-spool.ts';

export type ProducerParts = {
  id: string;
  settings: SettingsOf<typeof producerSettings>;
  shard: Shard;
  redis: Redis;
  clock: RedisClock;
  log: Logger;
  stdin: Readable;
  now: () => number;
};

const roomPauseMs = 1000;
const fleetLookMs = 250;

/** Wires one producer and starts it. `done` resolves when its duty is, and rejects with what made it impossible. */
export const startProducer = (
  duty: ProducerDuty,
  parts: ProducerParts,
): { stop: () => Promise<void>; done: Promise<void> } => {
  const { redis, shard, log } = parts;
  const keys = keysOf(shard);
  const stopping = new AbortController();
  const queue = openFetchQueue(redis, shard);
  const wake = createWakeUps(redis.duplicate(), keys.wake);
  const room = createWakeUps(redis.duplicate(), keys.room);

  const endWaits = (): void => {
    stopping.abort();
    wake.close();
    room.close();
  };
  const work = async (): Promise<void> => {
    try {
      await produce(duty, effectsOf({ ...parts, queue, wake, room }), stopping.signal);
    } finally {
      endWaits();
      await queue.close();
    }
  };
  const done = work();
  log.info({ feeds: duty.feeds?.run, releases: duty.releases }, 'producer started');

  const stop = async (): Promise<void> => {
    endWaits();
    await done.catch(() => undefined);
    log.info('producer stopped');
  };
  return { stop, done };
};

type Tools = ProducerParts & {
  queue: ReturnType<typeof openFetchQueue>;
  wake: ReturnType<typeof createWakeUps>;
  room: ReturnType<typeof createWakeUps>;
};

const effectsOf = (tools: Tools): ProduceEffects => {
  const { redis, shard, settings, clock, log, queue } = tools;
  const frontier = createFrontier(redis, shard);
  const runs = createRuns(redis, shard);
  return {
    checkSource: (spec) => checkSource(spec, runs),
    feed: async (spec: RunSpec, stop) => {
      const { backlogBytes, sinkLagBytes } = settings;
      const stdin = await openStdin(spec, tools.stdin);
      const source = { stop, warn: (message: string) => log.warn({ run: spec.run }, message), ...(stdin && { stdin }) };
      const waitForRoom = () => tools.room.wait(roomPauseMs);
      const marks = { backlogBytes, sinkLagBytes };
      const options = { frontier, readCheckpoint: runs.checkpoint, source, waitForRoom, ...marks, now: tools.now };
      try {
        await feedRun(spec, options, stop);
      } finally {
        await stdin?.close();
      }
      log.info({ run: spec.run }, 'source fed');
    },
    release: (stop) => {
      const { leaseMs, sinkLagBytes } = settings;
      const window = followWindow(tools, stop);
      return releaseLoop({ frontier, queue, waitForWake: tools.wake.wait, leaseMs, sinkLagBytes, window }, stop);
    },
    endCancelled: (stop) => {
      const { sinkLagBytes, sweepIntervalMs: lookEveryMs } = settings;
      const nowIso = () => new Date(clock.now()).toISOString();
      return endCancelledRuns({ redis, listener: redis.duplicate(), shard, sinkLagBytes, nowIso, lookEveryMs }, stop);
    },
    sweep: (stop) => sweepLoop(tools, createSweeper({ redis, shard, add: queue.add }), () => clock.now(), stop),
  };
};

/** The file must be the one that the run began with; the first producer of the run notes what it is. */
const checkSource = async ({ run, source }: RunSpec, runs: Runs): Promise<void> => {
  if (source.kind === 'urls' || source.kind === 'stdin') return;
  const identity = await runs.sourceIdentity(run);
  if (identity) await refuseChangedSource({ ...source, identity });
  else await runs.rememberSource(run, await readSourceIdentity(source.path));
};

/** The spool of a run that reads stdin, unless an earlier producer of the run has filled it. */
const openStdin = async ({ source }: RunSpec, input: Readable): Promise<StdinSpool | undefined> =>
  source.kind === 'stdin' && !existsSync(source.path) ? openStdinSpool({ input, path: source.path }) : undefined;

/** The window as set, or as the workers that are there suggest, looked up now and then. */
const followWindow = ({ settings, redis, shard, clock, log }: Tools, stop: AbortSignal): (() => number) => {
  if (settings.window > 0) return () => settings.window;
  const fleet = createFleet(redis, shard);
  let concurrency = 0;
  const look = async (): Promise<void> => {
    while (!stop.aborted) {
      concurrency = await fleet.concurrency(clock.now());
      await delay(fleetLookMs, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  look().catch((error: unknown) => stop.aborted || log.warn({ err: error }, 'fleet not readable'));
  return () => windowFor(concurrency);
};

/** One producer of the fleet sweeps at a time; each pass looks at what was missing in the pass before. */
const sweepLoop = async (
  { id, redis, shard, settings, log }: Tools,
  sweep: (nowMs: number) => Promise<number>,
  nowMs: () => number,
  stop: AbortSignal,
): Promise<void> => {
  const everyMs = settings.sweepIntervalMs;
  const owner = keysOf(shard).sweeper;
  const me = id;
  while (!stop.aborted) {
    await delay(everyMs, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    const isMine = (await redis.set(owner, me, 'PX', everyMs * 2, 'NX')) === 'OK' || (await redis.get(owner)) === me;
    if (!isMine) continue;
    await redis.pexpire(owner, everyMs * 2);
    const added = await sweep(nowMs());
    if (added > 0) log.warn({ added }, 'jobs that were missing added again');
  }
};
