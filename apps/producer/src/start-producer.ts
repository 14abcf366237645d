import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { SettingsOf } from '@trawl/shared/domain/setting.ts';
import { keepAnnounced } from '@trawl/shared/frontier/announce-process.ts';
import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { fleetMetricsReader } from '@trawl/shared/frontier/fleet-metrics.ts';
import { createFrontier } from '@trawl/shared/frontier/frontier.ts';
import { refuseGoneRun } from '@trawl/shared/frontier/run-gone.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { producerSettings } from '@trawl/shared/platform/app-settings.ts';
import { createPulse } from '@trawl/shared/platform/health/readiness.ts';
import type { FleetProcess } from '@trawl/shared/platform/join-fleet.ts';
import { farewellPatience, lastWorkPatience, whileRedisAnswers } from '@trawl/shared/platform/while-redis-answers.ts';
import { feedEffects } from './feed-effects.ts';
import { createMemoryAlarm } from './memory-alarm.ts';
import { measuredFrontier } from './metrics/measured-frontier.ts';
import type { producerMetrics } from './metrics/producer-metrics.ts';
import { type ProduceEffects, type ProducerDuty, produce } from './produce.ts';
import { endCancelledRuns } from './release/end-cancelled.ts';
import { openFetchQueue } from './release/fetch-queue.ts';
import { releaseLoop } from './release/release-loop.ts';
import { sweepLoop } from './release/sweep-loop.ts';
import { createWakeUps } from './release/wake-ups.ts';
import { windowFor } from './release/window.ts';
import { serveSchedules } from './schedule/serve-schedules.ts';

export type ProducerParts = FleetProcess<typeof producerMetrics> & {
  settings: SettingsOf<typeof producerSettings>;
  shard: Shard;
  stdin: Readable;
  now: () => number;
};

const monotonicMs = (): number => performance.now();
const roomPauseMs = 1000;
const fleetLookMs = 250;
const ownRunLookMs = 1000;
/** Release answers at least every five seconds, unless it hangs. */
const longestReleaseSilenceMs = 30_000;

/** Wires one producer and starts it. `done` resolves when its duty is, and rejects with what made it impossible. */
export const startProducer = (
  duty: ProducerDuty,
  parts: ProducerParts,
): { stop: () => Promise<void>; done: Promise<void> } => {
  const { redis, shard, log, clock, health } = parts;
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
  const left = Promise.withResolvers<void>();
  const done = Promise.race([work(), left.promise]);
  log.info({ feeds: duty.feeds?.run, releases: duty.releases }, 'producer started');
  health.readyWhen(() => (stopping.signal.aborted ? 'stopping' : undefined));
  health.beforePage(fleetMetricsReader(health.metrics, { redis, shard, nowMs: () => clock.now() }));
  const announced = keepAnnounced(parts, shard);

  const stop = async (): Promise<void> => {
    endWaits();
    await whileRedisAnswers(done, parts, { ...lastWorkPatience, now: monotonicMs });
    left.resolve();
    await whileRedisAnswers(announced.stop(), parts, { ...farewellPatience, now: monotonicMs });
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
  const { id, redis, shard, settings, clock, log, queue, health } = tools;
  const releases = createPulse('release has not answered', {
    longestMs: longestReleaseSilenceMs,
    now: monotonicMs,
  });
  const measure = { metrics: health.metrics, onRelease: releases.beat };
  const frontier = measuredFrontier(createFrontier(redis, shard), measure);
  const runs = createRuns(redis, shard);
  const memory = createMemoryAlarm({ infoMemory: () => redis.info('memory'), now: monotonicMs, log });
  health.readyWhen(memory.reason);
  return {
    ...feedEffects({
      ...tools,
      ...settings,
      frontier,
      runs,
      waitForRoom: () => tools.room.wait(roomPauseMs),
      isMemoryShort: memory.rings,
      monotonicMs,
    }),
    watchOwnRun: async ({ run }, stop) => {
      while (!stop.aborted) {
        await refuseGoneRun(redis, shard, run);
        await delay(ownRunLookMs, undefined, { signal: stop }).catch(() => undefined);
      }
    },
    release: (stop) => {
      health.readyWhen(releases.check);
      const { leaseMs, sinkLagBytes, sweepIntervalMs } = settings;
      const limits = { leaseMs, sinkLagBytes, window: followWindow(tools, stop), ownForMs: sweepIntervalMs / 2 };
      return releaseLoop({ frontier, queue, waitForWake: tools.wake.wait, ...limits, monotonicMs }, stop);
    },
    endCancelled: (stop) => {
      const { sinkLagBytes, sweepIntervalMs: lookEveryMs } = settings;
      const nowIso = () => new Date(clock.now()).toISOString();
      const onEnded = (lines: number) => health.metrics.outcomes.add('cancelled', lines);
      const listener = redis.duplicate();
      return endCancelledRuns({ redis, listener, shard, sinkLagBytes, nowIso, onEnded, lookEveryMs }, stop);
    },
    sweep: (stop) => {
      const { sweepIntervalMs: everyMs, keepRunsMs } = settings;
      const onAdded = (jobs: number) => health.metrics.jobsReadded.add(jobs);
      const nowMs = () => clock.now();
      return sweepLoop({ redis, shard, add: queue.add, id, log, everyMs, keepRunsMs, nowMs, onAdded }, stop);
    },
    serveSchedules: (stop) => {
      const clocks = { nowMs: () => clock.now(), machineNowMs: tools.now, monotonicMs };
      return serveSchedules({ redis, shard, log, ...clocks }, stop);
    },
  };
};

/** The window as set, or as the workers that are there suggest, looked up now and then. */
const followWindow = ({ settings, redis, shard, clock, log }: Tools, stop: AbortSignal): (() => number) => {
  if (settings.window > 0) return () => settings.window;
  const fleet = createFleet(redis, shard);
  let concurrency = 0;
  const look = async (): Promise<void> => {
    while (!stop.aborted) {
      concurrency = await fleet.concurrency(clock.now()).catch((error: unknown) => {
        log.warn({ err: error }, 'fleet not readable');
        return concurrency;
      });
      await delay(fleetLookMs, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  void look();
  return () => windowFor(concurrency);
};
