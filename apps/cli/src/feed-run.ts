import { resolve } from 'node:path';
import { showCount } from '@trawl/shared/domain/quantities.ts';
import type { RunSpec, RunStatus } from '@trawl/shared/domain/run.ts';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { feederOf } from './fleet/members-of-run.ts';
import { startFleet } from './fleet/start-fleet.ts';
import type { CommandRedis } from './redis-of-command.ts';
import type { Shell } from './shell.ts';
import { watchRun } from './watch-run.ts';

export type FeedWish = { dataDir: string; json: boolean; quiet: boolean; given: Record<string, unknown> };

export type FeedSurroundings = { place: CommandRedis; wish: FeedWish; shell: Shell };

/** Reads a run's source into Redis, prints the run's name, and leaves the rest to the fleet. Gives the exit code. */
export const feedRun = async (spec: RunSpec, { place, wish, shell }: FeedSurroundings): Promise<number> => {
  const dataDir = resolve(shell.cwd, wish.dataDir);
  const notice = (text: string) => void shell.stderr.write(`${text}\n`);
  const look = () => createRuns(place.redis, firstShard).status(spec.run);
  const isFed = async () => (await look())?.state !== 'feeding';
  const feeder = feederOf({ spec, dataDir, isNew: true }, { args: ['--ingest-only'], isDone: isFed });
  const fleet = startFleet([feeder], { place, given: wish.given, dataDir, notice, shell });

  const fed = new AbortController();
  const onLook = wish.json || wish.quiet ? () => undefined : feedingNotices(notice, shell.now);
  const stop = AbortSignal.any([shell.stop, fed.signal]);
  try {
    await Promise.race([fleet.over, watchRun(spec.run, look, { onLook, isOver: () => false, stop })]);
  } finally {
    fed.abort();
    await fleet.stop('in order');
  }
  const status = await look();
  if (status === undefined) throw new RunGone(spec.run);
  return tellEnd(status, { wish, shell });
};

const noticeEveryMs = 5000;

/** Says now and then how far it is; and why nothing moves when the backlog is full and nobody works on it. */
function feedingNotices(notice: (text: string) => void, now: () => number): (status: RunStatus) => void {
  let last: { atMs: number; pushed: number } | undefined;
  return ({ pushed }) => {
    last ??= { atMs: now(), pushed };
    if (now() - last.atMs < noticeEveryMs) return;
    const moves = pushed > last.pushed;
    const why = 'waiting for more of the source, or for room in Redis (--backlog): do a producer and a worker run?';
    notice(`${showCount(pushed)} lines read${moves ? '' : `; ${why}`}`);
    last = { atMs: now(), pushed };
  };
}

function tellEnd(status: RunStatus, { wish, shell }: Pick<FeedSurroundings, 'wish' | 'shell'>): number {
  const { run, pushed, state } = status;
  if (state === 'feeding') {
    const next = `This reads the rest and finishes the run:\n  ${shell.program} resume ${run}`;
    shell.stderr.write(`Stopped after ${showCount(pushed)} lines. ${next}\n`);
    return shell.stop.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  }
  shell.stdout.write(wish.json ? `${JSON.stringify({ event: 'enqueued', run, inputLines: pushed })}\n` : `${run}\n`);
  if (!wish.json && !wish.quiet) shell.stderr.write(`${showCount(pushed)} input lines are enqueued.\n`);
  return exitCodes.ok;
}
