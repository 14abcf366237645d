import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { fleetSettings } from './commands/flags.ts';
import { startChild } from './fleet/child.ts';
import { childEnvironment } from './fleet/child-environment.ts';
import { keepRedisAlive } from './fleet/keep-redis-alive.ts';
import { readLastWords } from './fleet/last-words.ts';
import { logDir, membersOfRun } from './fleet/members-of-run.ts';
import { type Fleet, supervise } from './fleet/supervise.ts';
import { createProgressMeter } from './progress/progress-meter.ts';
import { createProgressDisplay, type ProgressDisplay, progressMode } from './progress/show-progress.ts';
import type { CommandRedis } from './redis-of-command.ts';
import { endWithReport } from './report/end-with-report.ts';
import type { Shell } from './shell.ts';
import { showCount } from './text/quantities.ts';
import { watchRun } from './watch-run.ts';

/** What `run` and `resume` are told alike. */
export type CrawlWish = {
  workers: number;
  dataDir: string;
  failOn: string[];
  json: boolean;
  quiet: boolean;
  /** Flag -> what was given, for the child processes. */
  given: Record<string, unknown>;
};

/**
 * Finishes a run on this machine: starts the fleet, watches until every sink holds every record, stops the fleet, reports. Gives the exit code.
 * Ctrl-C stops it in order, at a line that `trawl resume` goes on from.
 */
export const runCrawl = async (
  { spec, isNew }: { spec: RunSpec; isNew: boolean },
  { place, wish, shell }: { place: CommandRedis; wish: CrawlWish; shell: Shell },
): Promise<number> => {
  const display = createProgressDisplay(progressMode(shell, wish), shell);
  const dataDir = resolve(shell.cwd, wish.dataDir);
  const runs = createRuns(place.redis, firstShard);
  const look = () => runs.status(spec.run);
  const isCollected = async () => (await look())?.collectedAtMs !== undefined;
  const members = membersOfRun({ spec, dataDir, isNew }, { workers: wish.workers, isCollected });
  const environment = childEnvironment(shell.variables, {
    table: fleetSettings,
    given: wish.given,
    redisUrl: place.url,
    dataDir,
  });

  const fleet = supervise(members, {
    start: (plan) => startChild(plan, { execPath: shell.execPath, environment }),
    lastWords: (plan, child) => readLastWords(plan.logPath, child.logFromBytes),
    isRedisUp: () => place.redis.status === 'ready' && place.embedded?.isAlive() !== false,
    notice: display.notice,
    now: shell.now,
    kill: shell.kill,
  });
  if (!wish.json && !wish.quiet)
    display.notice(`run ${spec.run}: ${wish.workers} workers; their logs are in ${logDir(dataDir, spec.run)}`);
  const ending = await untilCollected({ look, fleet, display, place, shell });
  display.end();
  if (ending === 'stopped') return leaveForLater(spec.run, { fleet, look, shell });
  const [code] = await Promise.all([
    endWithReport(spec.run, { redis: place.redis, wish, shell }),
    fleet.stop('at once'),
  ]);
  return code;
};

type Watched = {
  look: ReturnType<typeof lookOf>;
  fleet: Fleet;
  display: ProgressDisplay;
  place: CommandRedis;
  shell: Shell;
};

const lookOf = (runs: ReturnType<typeof createRuns>, run: string) => () => runs.status(run);

/** Rejects, with the fleet stopped, when the fleet or its Redis says that the user must act. */
async function untilCollected({ look, fleet, display, place, shell }: Watched): Promise<'collected' | 'stopped'> {
  const done = new AbortController();
  const stop = AbortSignal.any([shell.stop, done.signal]);
  const measure = createProgressMeter();
  const watched = watchRun(look, {
    onLook: (status) => display.show(measure(status, shell.now())),
    isOver: ({ collectedAtMs }) => collectedAtMs !== undefined,
    stop,
  });
  const never = new Promise<never>(() => undefined);
  const kept = keepRedisAlive(place, { notice: display.notice, now: shell.now, stop });
  try {
    const status = await Promise.race([watched, fleet.over.then(() => never), kept.then(() => never)]);
    return status === undefined ? 'stopped' : 'collected';
  } catch (error) {
    display.end();
    await fleet.stop('in order');
    throw error;
  } finally {
    done.abort();
  }
}

async function leaveForLater(
  run: string,
  { fleet, look, shell }: { fleet: Fleet; look: Watched['look']; shell: Shell },
): Promise<number> {
  shell.stderr.write('Stopping: what is being fetched may end. Ctrl-C again stops at once.\n');
  await fleet.stop('in order');
  const status = await Promise.race([look(), delay(2000, undefined)]);
  const soFar =
    status === undefined
      ? ''
      : `${showCount(status.recorded)} of ${showCount(status.pushed)} lines read have their outcome. `;
  shell.stderr.write(`Stopped. ${soFar}This finishes the run:\n  ${shell.program} resume ${run}\n`);
  return shell.stop.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
}
