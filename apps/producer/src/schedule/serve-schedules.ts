import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createFireSchedule } from '@trawl/shared/frontier/fire-schedule.ts';
import { takeLease } from '@trawl/shared/frontier/lease.ts';
import { listenForNews } from '@trawl/shared/frontier/news.ts';
import { createSchedules } from '@trawl/shared/frontier/schedules.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { openControlQueue } from './control-queue.ts';
import { keepSchedules } from './keep-schedules.ts';
import { takeFirings } from './take-firings.ts';

export type ScheduleParts = {
  redis: Redis;
  shard: Shard;
  log: Logger;
  /** Of Redis, ms since 1970. */
  nowMs: () => number;
  /** Of this machine. */
  machineNowMs: () => number;
  /** Monotonic ms. */
  monotonicMs: () => number;
};

/** How soon another producer keeps the schedules when the lease of the one that did has expired. */
const tryLeaseEveryMs = 2000;

/** Serves the schedules of the fleet until told to stop: every producer takes firings, one of them keeps the schedules. */
export const serveSchedules = async (parts: ScheduleParts, stop: AbortSignal): Promise<void> => {
  const { redis, shard, log, nowMs } = parts;
  const keys = keysOf(shard);
  const schedules = createSchedules(redis, shard);
  const fire = createFireSchedule(redis, shard);
  const queue = openControlQueue(redis, shard);
  const listen = (until: AbortSignal) => listenForNews(redis.duplicate(), keys.schedules, until);
  const firings = takeFirings({ ...parts, schedules, fire });

  /** Until the lease is lost, where it can be had. */
  const keepIfMine = async (): Promise<void> => {
    const lease = await takeLease({ redis, key: keys.scheduleKeeper, token: randomUUID(), now: parts.monotonicMs });
    if (lease === undefined) return;
    try {
      const options = { schedules, queue, fire, listen, nowMs, log };
      await keepSchedules(options, AbortSignal.any([stop, lease.lost]));
    } finally {
      await lease.release();
    }
  };

  try {
    while (!stop.aborted) {
      await keepIfMine().catch((error: unknown) => {
        if (!stop.aborted) log.warn({ err: error }, 'schedules not kept: trying again');
      });
      await delay(tryLeaseEveryMs, undefined, { signal: stop }).catch(() => undefined);
    }
  } finally {
    await firings.close();
    await queue.close();
  }
};
