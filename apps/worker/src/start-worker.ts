import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SettingsOf } from '@trawl/shared/domain/setting.ts';
import { keepAnnounced } from '@trawl/shared/frontier/announce-process.ts';
import { type CookieStore, createCookieStore } from '@trawl/shared/frontier/cookie-store.ts';
import { createFrontier } from '@trawl/shared/frontier/frontier.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import type { Shard } from '@trawl/shared/frontier/shard.ts';
import { readStartableJobs } from '@trawl/shared/frontier/startable-jobs.ts';
import type { workerSettings } from '@trawl/shared/platform/app-settings.ts';
import type { FleetProcess } from '@trawl/shared/platform/join-fleet.ts';
import { watchLoopRounds } from '@trawl/shared/platform/loop-rounds.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { peersOf } from '@trawl/shared/platform/redis-peer.ts';
import { farewellPatience, whileRedisAnswers } from '@trawl/shared/platform/while-redis-answers.ts';
import { createClockGuard } from './clock-guard.ts';
import { createGroupCommit } from './commit/group-commit.ts';
import { effectsFor } from './effects.ts';
import { createAddressGuard } from './fetch/address-guard.ts';
import { createDnsCache } from './fetch/dns-cache.ts';
import { createFetcher, type Fetcher } from './fetch/fetch-page.ts';
import { createStartGate } from './fetch/start-gate.ts';
import type { HaltedRuns } from './halted-runs.ts';
import { createIsolation } from './isolation.ts';
import type { Ending, Job } from './job.ts';
import { keepTaking } from './keep-taking.ts';
import { measuredFrontier, measureWorker } from './metrics/measure-worker.ts';
import type { workerMetrics } from './metrics/worker-metrics.ts';
import { createNetworkGuard } from './network-guard.ts';
import { createShortestWay } from './politeness/shortest-way.ts';
import { processUrl } from './process-url.ts';
import { type Process, takeJobs } from './queue.ts';
import { createLackReport } from './report-lack.ts';
import { followRobots } from './robots/follow-robots.ts';
import { createRobotsStore } from './robots/robots-store.ts';
import { createRunPolicies } from './run-policies.ts';
import { runSuspect } from './run-suspect.ts';
import { createWatchdog } from './watchdog.ts';

/** Its `redis` is for the scripts; BullMQ has a connection of its own. */
export type WorkerParts = FleetProcess<typeof workerMetrics> & {
  settings: SettingsOf<typeof workerSettings>;
  /** Certificate authorities besides those that Node trusts, PEM. */
  ca: string | undefined;
  shard: Shard;
  queueRedis: Redis;
  halted: HaltedRuns;
  /** Ends what is in flight. */
  stopFetching: AbortController;
  random: () => number;
  /** This machine's wall clock. */
  now: () => number;
};

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);

const watchEveryMs = 5000;
const adjustEveryMs = 500;
/** A stopping worker holds outcomes: beyond the grace, so long for a Redis that is away. */
const beyondGrace = { patienceMs: 2000, mostMs: 12_000 };
const silentForMs = 30_000;

/** `stuck`: it starts nothing although work waits, and should be replaced. */
export type WorkerEnd = 'stopped' | 'stuck';

/**
 * Wires one worker and starts it. `end` resolves when it is stopped, or notices that it is stuck.
 *
 *   taking <--> holding        `mayTake`: none (clock off), or one (no way to the web, somebody must be alone); what is in hand goes on
 *   taking --> deaf --> taking   30 s without a start while work waits: the way to the queue is made anew, no job is in hand then
 *   deaf --> stuck             30 s more: exit 75, and its supervisor starts another
 *   any --> stopping --> gone  nothing is taken; what is in hand ends within the grace or goes back, and costs no attempt
 *
 * In every state the locks of what is in hand are renewed.
 */
export const startWorker = (parts: WorkerParts): { stop: () => Promise<void>; end: Promise<WorkerEnd> } => {
  const { settings, shard, redis, clock, log, health, ca } = parts;
  const frontier = measuredFrontier(createFrontier(redis, shard), health.metrics);
  const measure = measureWorker(health.metrics);
  const policies = createRunPolicies(createRuns(redis, shard).spec, settings.jobDeadlineMs);
  const monotonicMs = () => performance.now();
  const dns = createDnsCache({
    now: monotonicMs,
    ...(settings.resolvers.length > 0 && { servers: settings.resolvers }),
  });
  const bodiesDir = join(settings.dataDir, 'bodies');
  const { concurrency, bodyMemoryBytes, allowPrivate, insecureHosts } = settings;
  const guard = createAddressGuard({ allowed: allowPrivate, redis: peersOf(redis), ownAddresses });
  const rounds = watchLoopRounds((tookMs) => gate.roundEnds(tookMs));
  const gate = createStartGate(rounds);
  const fetcher = createFetcher({
    gate,
    concurrency,
    dns,
    guard,
    bodiesDir,
    bodyMemoryBytes,
    insecureHosts,
    now: monotonicMs,
    ...(ca !== undefined && { ca }),
  });
  const isClockOff = createClockGuard(() => clock.offsetMs, log);
  const network = createNetworkGuard({ now: monotonicMs, log, onChange: () => adjust() });
  const judged: Fetcher = {
    ...fetcher,
    fetchPage: async (request, stop) =>
      network.judge(() => new URL(request.url).host, await fetcher.fetchPage(request, stop)),
  };
  const tools = {
    frontier,
    fetcher: judged,
    robots: followRobots(createRobotsStore(redis, shard, settings.jobDeadlineMs), monotonicMs),
    commit: createGroupCommit(frontier.commit),
    openCookies: cookieJars(createCookieStore(redis, shard), clock),
    leaseMs: settings.leaseMs,
    jobDeadlineMs: settings.jobDeadlineMs,
    nowMs: () => clock.now(),
    monotonicMs,
    ...createShortestWay(() => clock.oneWayMs, monotonicMs),
    random: parts.random,
    sleep: (ms: number, run: string) =>
      delay(Math.ceil(ms), undefined, { signal: parts.halted.stopOf(run) }).catch(() => undefined),
    halted: {
      of: (run: string) => parts.halted.of(run) ?? (isClockOff() ? ('paused' as const) : undefined),
      stopOf: parts.halted.stopOf,
    },
    measure,
    reportLack: createLackReport(log, monotonicMs),
  };

  const dropOfGoneRun = async (job: Job): Promise<Ending> => {
    if (!(await frontier.drop(job))) throw new Error('the run was gone, and is there again');
    log.error({ run: job.run, job: job.id }, 'run is gone from Redis: its job is dropped');
    return { next: 'nothing' };
  };

  let inFlight = 0;
  const isolation = createIsolation(() => adjust());
  const execute: Process = async (job, entry) => {
    inFlight++;
    const isAlone = job.isSuspected && !job.isCondemned;
    const waiting = isolation.enter(isAlone);
    if (waiting) await waiting;
    // Meanwhile its lock may have been lost: it asks for its turn.
    const next = waiting ? { ...job, isFirstExecution: false } : job;
    try {
      return isAlone ? await runSuspect(next, { entry, execute: executeNow, log }) : await executeNow(next);
    } finally {
      isolation.leave();
      inFlight--;
    }
  };
  const executeNow = async (job: Job): Promise<Ending> => {
    const memory = fetcher.memory.open();
    try {
      const policy = policies.of(job.run) ?? (await policies.load(job.run));
      if (policy === undefined) return await dropOfGoneRun(job);
      const ending = await processUrl(job, effectsFor(policy, tools, memory));
      measure.executionEnds(ending);
      if (network.isCutOff()) await tools.sleep(network.pauseMs(), job.run);
      return ending;
    } finally {
      memory.free();
    }
  };
  const { lockMs, stalledIntervalMs } = settings;
  const take = (ofQueue: Redis) =>
    takeJobs({ redis: ofQueue, shard, lockMs, stalledIntervalMs, log, now: parts.now }, execute);
  const queue = keepTaking(take(parts.queueRedis), async () => take(await parts.connect()));
  const mayTake = () => (isClockOff() ? 0 : network.isCutOff() || isolation.isWanted() ? 1 : concurrency);
  let taken = mayTake();
  queue.takeAtMost(taken);
  const adjust = (): void => {
    const most = mayTake();
    if (most !== taken) queue.takeAtMost(most);
    taken = most;
  };
  log.info({ concurrency }, 'worker started');

  health.readyWhen(() => (isClockOff() ? 'its clock is off' : network.isCutOff() ? 'no way to the web' : undefined));
  health.readyWhen(() => (queue.isTaking() ? undefined : 'takes no jobs'));
  health.beforePage(() => {
    health.metrics.fetchesInFlight.set(measure.fetchesInFlight());
    health.metrics.fetchesWaiting.set(gate.waiting());
    health.metrics.concurrency.set(concurrency);
  });
  const announced = keepAnnounced(parts, shard, { concurrency });
  const end = Promise.withResolvers<WorkerEnd>();
  const conditionOf = createWatchdog(silentForMs);
  const watch = async (): Promise<void> => {
    const waitingJobs = await readStartableJobs(redis, shard);
    const isHeld = parts.trouble.reason() !== undefined || mayTake() < concurrency;
    switch (conditionOf({ startedJobs: queue.started(), waitingJobs, inFlight, isHeld }, monotonicMs())) {
      case 'well':
        return;
      case 'deaf':
        log.error({ waitingJobs }, 'nothing is heard from the queue: connecting to it anew');
        return queue.replace();
      case 'stuck':
        log.error({ waitingJobs }, 'nothing is heard from the queue: this worker gives up');
        end.resolve('stuck');
    }
  };
  const reportFailure = (error: unknown) => log.warn({ err: error }, 'queue length not readable');
  watch().catch(reportFailure);
  const timers = [
    setInterval(() => void watch().catch(reportFailure), watchEveryMs),
    setInterval(adjust, adjustEveryMs),
  ];

  const stop = async (): Promise<void> => {
    timers.forEach(clearInterval);
    const closing = queue.close();
    const grace = setTimeout(() => parts.stopFetching.abort(), settings.graceMs);
    const patienceMs = settings.graceMs + beyondGrace.patienceMs;
    const mostMs = settings.graceMs + beyondGrace.mostMs;
    await whileRedisAnswers(closing, parts, { patienceMs, mostMs, now: monotonicMs });
    clearTimeout(grace);
    await whileRedisAnswers(announced.stop(), parts, { ...farewellPatience, now: monotonicMs });
    parts.halted.close();
    await fetcher.close();
    rounds.stop();
    dns.close();
    log.info({ started: queue.started() }, 'worker stopped');
    end.resolve('stopped');
  };
  return { stop, end: end.promise };
};

/** Opens the cookies of a run for one fetch. The library is loaded by the first run that keeps any. */
const cookieJars = (store: CookieStore, clock: WorkerParts['clock']) => async (run: string) => {
  const { openCookieJar } = await import('./cookies/cookie-jar.ts');
  return openCookieJar({ store, run, nowMs: () => clock.now() });
};
