import { resolve } from 'node:path';
import type { RunSpec, RunStatus } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { fleetSettings } from './commands/flags.ts';
import { startChild } from './fleet/child.ts';
import { childEnvironment } from './fleet/child-environment.ts';
import { readLastWords } from './fleet/last-words.ts';
import { feederOf } from './fleet/members-of-run.ts';
import { supervise } from './fleet/supervise.ts';
import type { CommandRedis } from './redis-of-command.ts';
import type { Shell } from './shell.ts';
import { showCount } from './text/quantities.ts';
import { watchRun } from './watch-run.ts';

export type FeedWish = { dataDir: string; json: boolean; quiet: boolean; given: Record<string, unknown> };

/** Reads a run's source into Redis, prints the run's name, and leaves the rest to the fleet. Gives the exit code. */
export const feedRun = async (
  spec: RunSpec,
  { place, wish, shell }: { place: CommandRedis; wish: FeedWish; shell: Shell },
): Promise<number> => {
  const { run } = spec;
  const dataDir = resolve(shell.cwd, wish.dataDir);
  const environment = childEnvironment(shell.variables, {
    table: fleetSettings,
    given: wish.given,
    redisUrl: place.url,
    dataDir,
  });
  const look = () => createRuns(place.redis, firstShard).status(run);
  const isFed = async () => (await look())?.state !== 'feeding';
  const fleet = supervise([feederOf({ spec, dataDir, isNew: true }, { args: ['--ingest-only'], isDone: isFed })], {
    start: (plan) => startChild(plan, { execPath: shell.execPath, environment }),
    lastWords: (plan, child) => readLastWords(plan.logPath, child.logFromBytes),
    isRedisUp: () => place.redis.status === 'ready',
    notice: (text) => void shell.stderr.write(`${text}\n`),
    now: shell.now,
    kill: shell.kill,
  });
  const fed = new AbortController();
  const stop = AbortSignal.any([shell.stop, fed.signal]);
  const onLook = wish.json || wish.quiet ? () => undefined : feedingNotices(shell);
  const watched = watchRun(look, { onLook, isOver: () => false, stop });
  await Promise.race([fleet.over, watched]).finally(() => fed.abort());
  await fleet.stop('in order');
  return tellEnd(await look(), { wish, shell });
};

const noticeEveryMs = 5000;

/** Says now and then how far it is; and why nothing moves when the backlog is full and nobody works on it. */
function feedingNotices({ now, stderr }: Shell): (status: RunStatus) => void {
  let last: { atMs: number; pushed: number } | undefined;
  return ({ pushed }) => {
    last ??= { atMs: now(), pushed };
    if (now() - last.atMs < noticeEveryMs) return;
    stderr.write(
      pushed > last.pushed
        ? `${showCount(pushed)} lines read\n`
        : `${showCount(pushed)} lines read; waiting for more of the source, or for room in Redis: is a producer and a worker running? (--backlog)\n`,
    );
    last = { atMs: now(), pushed };
  };
}

function tellEnd(status: RunStatus | undefined, { wish, shell }: { wish: FeedWish; shell: Shell }): number {
  if (status === undefined) throw new Error('the run is gone from Redis');
  const { run, pushed, state } = status;
  if (state === 'feeding') {
    shell.stderr.write(
      `Stopped after ${showCount(pushed)} lines. This reads the rest and finishes the run:\n  ${shell.program} resume ${run}\n`,
    );
    return shell.stop.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  }
  shell.stdout.write(wish.json ? `${JSON.stringify({ event: 'enqueued', run, inputLines: pushed })}\n` : `${run}\n`);
  if (!wish.json && !wish.quiet) shell.stderr.write(`${showCount(pushed)} input lines are enqueued.\n`);
  return exitCodes.ok;
}
