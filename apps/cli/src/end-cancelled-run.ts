import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { showCount } from '@trawl/shared/domain/quantities.ts';
import type { RunSpec, RunStatus } from '@trawl/shared/domain/run.ts';
import { finishCancelledRun } from '@trawl/shared/frontier/finish-cancelled-run.ts';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { feederOf } from './fleet/members-of-run.ts';
import { startFleet } from './fleet/start-fleet.ts';
import type { Fleet } from './fleet/supervise.ts';
import type { CommandRedis } from './redis-of-command.ts';
import type { Shell } from './shell.ts';

export type CancelWish = {
  sinkLagBytes: number;
  dataDir: string;
  json: boolean;
  /** Flag -> what was given, for a child process. */
  given: Record<string, unknown>;
};

export type CancelSurroundings = { place: CommandRedis; wish: CancelWish; shell: Shell };

const lookEveryMs = 100;
const noticeEveryMs = 5000;
/** A source that nobody has read from for this long is read here: its lines, too, have an outcome to get. */
const unreadForMs = 1500;

/**
 * Helps the fleet to give every line of a cancelled run its outcome, and does it alone where there is no fleet. Gives the run's
 * last status: finished, unless Ctrl-C ended the waiting.
 */
export const endCancelledRun = async (
  spec: RunSpec,
  { place, wish, shell }: CancelSurroundings,
): Promise<RunStatus> => {
  const { redis } = place;
  const { stop } = shell;
  const pause = () => delay(lookEveryMs, undefined, { signal: stop }).catch(() => undefined);
  const look = async (): Promise<RunStatus> => {
    const status = await createRuns(redis, firstShard).status(spec.run);
    if (status === undefined) throw new RunGone(spec.run);
    return status;
  };
  const nowIso = () => new Date(shell.now()).toISOString();
  const options = { redis, shard: firstShard, sinkLagBytes: wish.sinkLagBytes, nowIso, pause };
  const notice = (text: string) => void (wish.json || shell.stderr.write(`${text}\n`));
  const progress = noticeNowAndThen(notice, shell.now);
  let feeder: Fleet | undefined;
  let pushed = { lines: -1, atMs: shell.now() };
  try {
    for (;;) {
      await finishCancelledRun(spec.run, options, stop);
      const status = await look();
      if (status.state === 'finished' || stop.aborted) return status;
      progress(status);
      if (status.pushed !== pushed.lines) pushed = { lines: status.pushed, atMs: shell.now() };
      const isUnread = status.state === 'feeding' && shell.now() - pushed.atMs >= unreadForMs;
      if (isUnread) feeder ??= readRest(spec, { place, wish, shell }, notice);
      await Promise.race([pause(), ...(feeder ? [feeder.over.then(pause)] : [])]);
    }
  } finally {
    await feeder?.stop('in order');
  }
};

function readRest(spec: RunSpec, { place, wish, shell }: CancelSurroundings, notice: (text: string) => void): Fleet {
  const dataDir = resolve(shell.cwd, wish.dataDir);
  const isFed = async () => (await createRuns(place.redis, firstShard).status(spec.run))?.state !== 'feeding';
  const member = feederOf({ spec, dataDir, isNew: false }, { args: ['--ingest-only'], isDone: isFed });
  return startFleet([member], { place, given: wish.given, dataDir, notice, shell });
}

function noticeNowAndThen(notice: (text: string) => void, now: () => number): (status: RunStatus) => void {
  let lastMs = now();
  return ({ recorded, pushed, state }) => {
    if (now() - lastMs < noticeEveryMs) return;
    lastMs = now();
    const rest = state === 'feeding' ? '; its source is still being read' : '';
    notice(`${showCount(recorded)} of ${showCount(pushed)} lines have an outcome${rest}`);
  };
}
