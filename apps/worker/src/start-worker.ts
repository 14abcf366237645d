import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import type { SettingsOf } from '@trawl/shared/domain/setting.ts';
import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { createFrontier } from '@trawl/shared/frontier/frontier.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { workerSettings } from '@trawl/shared/platform/app-settings.ts';
import type { RedisClock } from '@trawl/shared/platform/clock.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { createGroupCommit } from './commit/group-commit.ts';
import { effectsFor } from './effects.ts';
import { createDnsCache } from './fetch/dns-cache.ts';
import { createFetcher } from './fetch/fetch-page.ts';
import type { HaltedRuns } from './halted-runs.ts';
import type { Ending, Job } from './job.ts';
import { processUrl } from './process-url.ts';
import { takeJobs } from './queue.ts';
import { createRunPolicies } from './run-policies.ts';
import { createWatchdog } from './watchdog.ts';

export type WorkerParts = {
  id: string;
  settings: SettingsOf<typeof workerSettings>;
  shard: Shard;
  /** For the scripts; BullMQ has a connection of its own. */
  redis: Redis;
  queueRedis: Redis;
  halted: HaltedRuns;
  /** Ends what is in flight. */
  stopFetching: AbortController;
  clock: RedisClock;
  log: Logger;
  random: () => number;
  /** This machine's wall clock. */
  now: () => number;
};

const announceEveryMs = 5000;
const silentForMs = 30_000;

/** `stuck`: it starts nothing although work waits, and should be replaced. */
export type WorkerEnd = 'stopped' | 'stuck';

/** Wires one worker and starts it. `end` resolves when it is stopped, or notices that it is stuck. */
export const startWorker = (parts: WorkerParts): { stop: () => Promise<void>; end: Promise<WorkerEnd> } => {
  const { settings, shard, redis, clock, log } = parts;
  const frontier = createFrontier(redis, shard);
  const policies = createRunPolicies(createRuns(redis, shard).spec);
  const monotonicMs = () => performance.now();
  const dns = createDnsCache({
    now: monotonicMs,
    ...(settings.dnsServers.length > 0 && { servers: settings.dnsServers }),
  });
  const bodiesDir = join(settings.dataDir, 'bodies');
  const fetcher = createFetcher({ concurrency: settings.concurrency, dns, bodiesDir, now: monotonicMs });
  const tools = {
    frontier,
    fetcher,
    commit: createGroupCommit(frontier.commit),
    leaseMs: settings.leaseMs,
    jobDeadlineMs: settings.jobDeadlineMs,
    nowMs: () => clock.now(),
    random: parts.random,
    sleep: (ms: number) => delay(Math.ceil(ms)),
    halted: parts.halted,
  };

  let inFlight = 0;
  const execute = async (job: Job): Promise<Ending> => {
    inFlight++;
    try {
      return await processUrl(job, effectsFor(policies.of(job.run) ?? (await policies.load(job.run)), tools));
    } finally {
      inFlight--;
    }
  };
  const { concurrency, lockMs, stalledIntervalMs } = settings;
  const queueOptions = { redis: parts.queueRedis, shard, concurrency, lockMs, stalledIntervalMs, log, now: parts.now };
  const queue = takeJobs(queueOptions, execute);
  log.info({ concurrency }, 'worker started');

  const fleet = createFleet(redis, shard);
  const announce = () => fleet.announce({ id: parts.id, concurrency }, clock.now(), 3 * announceEveryMs);
  const end = Promise.withResolvers<WorkerEnd>();
  const isStuck = createWatchdog(silentForMs);
  const beat = async (): Promise<void> => {
    await announce();
    const waitingJobs = await redis.llen(keysOf(shard).waitingJobs(fetchQueueName));
    if (isStuck({ startedJobs: queue.started(), waitingJobs, inFlight }, monotonicMs())) end.resolve('stuck');
  };
  const reportFailure = (error: unknown) => log.warn({ err: error }, 'heartbeat failed');
  beat().catch(reportFailure);
  const timer = setInterval(() => void beat().catch(reportFailure), announceEveryMs);

  const stop = async (): Promise<void> => {
    clearInterval(timer);
    const closing = queue.close();
    const grace = setTimeout(() => parts.stopFetching.abort(), settings.graceMs);
    await closing;
    clearTimeout(grace);
    await fleet.leave(parts.id);
    parts.halted.close();
    await fetcher.close();
    dns.close();
    log.info({ started: queue.started() }, 'worker stopped');
    end.resolve('stopped');
  };
  return { stop, end: end.promise };
};
