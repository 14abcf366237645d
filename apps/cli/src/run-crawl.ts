import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { showCount } from '@trawl/shared/domain/quantities.ts';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { keepRedisAlive } from './fleet/keep-redis-alive.ts';
import { logDir, membersOfRun } from './fleet/members-of-run.ts';
import { startFleet } from './fleet/start-fleet.ts';
import type { Fleet } from './fleet/supervise.ts';
import { workersAreThere } from './fleet/workers-are-there.ts';
import { createProgressMeter, type RunLook } from './progress/progress-meter.ts';
import { createProgressDisplay, type ProgressDisplay, progressMode } from './progress/show-progress.ts';
import { complaintsOfLog, createStandstillTeller } from './progress/tell-standstill.ts';
import { watchDataDirectory } from './progress/watch-data-directory.ts';
import type { CommandRedis } from './redis-of-command.ts';
import { endWithReport } from './report/end-with-report.ts';
import type { Shell } from './shell.ts';
import { watchRun } from './watch-run.ts';

/** What `run` and `resume` are told alike. */
export type CrawlWish = {
  workers: number;
  lockMs: number;
  stalledIntervalMs: number;
  dataDir: string;
  failOn: string[];
  json: boolean;
  quiet: boolean;
  /** Flag -> what was given, for the child processes. */
  given: Record<string, unknown>;
};

export type CrawlSurroundings = { place: CommandRedis; wish: CrawlWish; shell: Shell };

/**
 * Finishes a run on this machine: starts the fleet, watches until every sink holds every record, stops the fleet, reports.
 * Gives the exit code. Ctrl-C stops it in order, at a line that `trawl resume` goes on from.
 */
export const runCrawl = async (
  crawled: { spec: RunSpec; isNew: boolean },
  { place: given, wish, shell }: CrawlSurroundings,
): Promise<number> => {
  const { run } = crawled.spec;
  const display = createProgressDisplay(progressMode(shell, wish), shell);
  const place = { ...given, redis: await given.connectPatiently(display.notice) };
  const dataDir = resolve(shell.cwd, wish.dataDir);
  const look = () => lookAt(run, place.redis);
  const isCollected = async () => (await look())?.collectedAtMs !== undefined;
  const takeoverMs = wish.lockMs + 2 * wish.stalledIntervalMs;
  const feedWhen = workersAreThere(place.redis);
  const duty = { workers: wish.workers, takeoverMs, isCollected, feedWhen };
  const members = membersOfRun({ ...crawled, dataDir }, duty);
  const logPath = join(logDir(dataDir, run), 'collector.log');
  const readComplaint = await complaintsOfLog(logPath);
  const tellStandstill = createStandstillTeller({ readComplaint, notice: display.notice, now: shell.now });
  const fleet = startFleet(members, { place, given: wish.given, dataDir, notice: display.notice, shell });
  tellStart({ run, workers: wish.workers, logs: logDir(dataDir, run) }, { display, wish, shell });

  const ending = await untilCollected({ run, dataDir, look, fleet, display, tellStandstill, place, shell });
  display.end();
  if (ending === 'stopped') return leaveForLater(run, { fleet, look, place, shell });
  const report = endWithReport(run, { redis: place.redis, wish, shell });
  const [code] = await Promise.all([report, fleet.stop('at once')]);
  return code;
};

type Start = { run: string; workers: number; logs: string };

function tellStart(
  start: Start,
  { display, wish, shell }: { display: ProgressDisplay; wish: CrawlWish; shell: Shell },
): void {
  if (wish.json) shell.stdout.write(`${JSON.stringify({ event: 'started', ...start })}\n`);
  else if (!wish.quiet) display.notice(`run ${start.run}: ${start.workers} workers; logs in ${start.logs}`);
}

type Look = () => Promise<RunLook | undefined>;

async function lookAt(run: string, redis: Redis): Promise<RunLook | undefined> {
  const [status, retries] = await Promise.all([
    createRuns(redis, firstShard).status(run),
    redis.hget(keysOf(firstShard).stats(run), 'retries'),
  ]);
  return status && { ...status, retries: Number(retries ?? 0) };
}

type Watched = {
  run: string;
  dataDir: string;
  look: Look;
  fleet: Fleet;
  display: ProgressDisplay;
  tellStandstill: (status: RunLook) => void;
  place: CommandRedis;
  shell: Shell;
};

/** Rejects, with the fleet stopped, when a process of the fleet or its Redis says that the user must act. */
async function untilCollected(watched: Watched): Promise<'collected' | 'stopped'> {
  const { run, dataDir, look, fleet, display, tellStandstill, place, shell } = watched;
  const done = new AbortController();
  const stop = AbortSignal.any([shell.stop, done.signal]);
  const measure = createProgressMeter();
  const onLook = (status: RunLook) => {
    display.show(measure(status, shell.now()));
    tellStandstill(status);
  };
  const collected = watchRun(run, look, { onLook, isOver: ({ collectedAtMs }) => collectedAtMs !== undefined, stop });
  void watchDataDirectory(dataDir, { notice: display.notice, stop });
  const never = new Promise<never>(() => undefined);
  const kept = keepRedisAlive(place, { notice: display.notice, now: shell.now, stop });
  try {
    const status = await Promise.race([collected, fleet.over.then(() => never), kept.then(() => never)]);
    return status === undefined ? 'stopped' : 'collected';
  } catch (error) {
    display.end();
    await fleet.stop('in order');
    throw error;
  } finally {
    done.abort();
  }
}

const lastLookMs = 2000;

/**
 * Ctrl-C: nothing that has begun is thrown away, and the user learns how to go on. The run is paused, so that the next fleet on
 * this Redis does not go on with it unasked, nor keep to its rate.
 */
async function leaveForLater(
  run: string,
  { fleet, look, place, shell }: Pick<Watched, 'fleet' | 'look' | 'place' | 'shell'>,
): Promise<number> {
  shell.stderr.write('Stopping: what is being fetched may end. Ctrl-C again stops at once.\n');
  await Promise.race([createRunControl(place.redis, firstShard).pause(run), delay(lastLookMs)]);
  await fleet.stop('in order');
  const status = await Promise.race([look(), delay(lastLookMs, undefined)]);
  const soFar =
    status === undefined
      ? ''
      : `${showCount(status.recorded)} of ${showCount(status.pushed)} lines read have their outcome. `;
  shell.stderr.write(`Stopped. ${soFar}This finishes the run:\n  ${shell.program} resume ${run}\n`);
  return shell.stop.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
}
