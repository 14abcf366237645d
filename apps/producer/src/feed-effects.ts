import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import type { Frontier } from '@trawl/shared/frontier/frontier.ts';
import { takeLease } from '@trawl/shared/frontier/lease.ts';
import { listenForNews } from '@trawl/shared/frontier/news.ts';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import type { Runs } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { endFeeding, feedRun } from './feed-run.ts';
import { followFeeds } from './follow-feeds.ts';
import type { ProduceEffects } from './produce.ts';
import { readSourceIdentity, refuseChangedSource } from './source/source-identity.ts';
import { openStdinSpool, type StdinSpool } from './source/stdin-spool.ts';

export type FeedTools = {
  redis: Redis;
  shard: Shard;
  frontier: Pick<Frontier, 'push'>;
  runs: Runs;
  backlogBytes: number;
  sinkLagBytes: number;
  stdin: Readable;
  /** Resolves when the backlog may have fallen below its mark, or after a while. */
  waitForRoom: () => Promise<void>;
  isMemoryShort: () => Promise<boolean>;
  log: Logger;
  now: () => number;
  monotonicMs: () => number;
};

/** How the sources of runs get into the frontier: of the one run that this producer was told, or of all that are left to the fleet. */
export const feedEffects = (tools: FeedTools): Pick<ProduceEffects, 'checkSource' | 'feed' | 'feedFleet'> => {
  const { redis, shard, runs, log } = tools;
  const keys = keysOf(shard);
  // Runs that wait at the same time wait together: the connection can wait for one thing only.
  const shared = { ...tools, waitForRoom: together(tools.waitForRoom) };

  const takeFeeder = (run: string) =>
    takeLease({ redis, key: keys.feeder(run), token: randomUUID(), now: tools.monotonicMs });

  const feedToEnd = async (spec: RunSpec, stop: AbortSignal): Promise<void> => {
    await feedFromSource(spec, shared, stop);
    if (stop.aborted) return;
    await runs.noteFed(spec.run);
    log.info({ run: spec.run }, 'source fed');
  };

  /** Whoever was told to feed a run does, also beside another: the checkpoint lets one of them push. */
  const feed = async (spec: RunSpec, stop: AbortSignal): Promise<void> => {
    const lease = spec.fedBy === 'fleet' ? await takeFeeder(spec.run) : undefined;
    try {
      await feedToEnd(spec, stop);
    } finally {
      await lease?.release();
    }
  };

  const feedForFleet = async (run: string, stop: AbortSignal): Promise<void> => {
    const spec = await runs.spec(run);
    if (spec === undefined) return runs.noteFed(run);
    const lease = await takeFeeder(run);
    if (lease === undefined) return;
    const until = AbortSignal.any([stop, lease.lost]);
    try {
      await checkSource(spec, runs);
      await feedToEnd(spec, until);
    } catch (error) {
      if (error instanceof RunGone) {
        log.error({ run }, 'run is gone from Redis');
        return await runs.noteFed(run);
      }
      if (!isOfSource(error) || until.aborted) throw error;
      log.error({ run, reason: error.message }, 'source not readable: the run ends with what was read');
      await runs.noteProblem(run, error.message);
      await endFeeding(run, { ...tools, readCheckpoint: runs.checkpoint }, until);
      await runs.noteFed(run);
    } finally {
      await lease.release();
    }
  };

  return {
    checkSource: (spec) => checkSource(spec, runs),
    feed,
    feedFleet: async (stop) => {
      const news = await listenForNews(redis.duplicate(), keys.newRuns, stop);
      try {
        await followFeeds({ names: runs.toFeed, waitForNews: news.wait, feed: feedForFleet, log }, stop);
      } finally {
        news.close();
      }
    },
  };
};

const feedFromSource = async (spec: RunSpec, tools: FeedTools, stop: AbortSignal): Promise<void> => {
  const { log, runs } = tools;
  const stdin = await openStdin(spec, tools);
  const source = {
    stop,
    warn: (detail: string) => log.warn({ run: spec.run, detail }, 'source is not whole'),
    ...(stdin && { stdin }),
  };
  try {
    await feedRun(spec, { ...tools, readCheckpoint: runs.checkpoint, source }, stop);
  } finally {
    await stdin?.close();
  }
};

/** The file must be the one that the run began with; the first producer of the run notes what it is. */
const checkSource = async ({ run, source }: RunSpec, runs: Runs): Promise<void> => {
  if (source.kind === 'urls' || source.kind === 'stdin') return;
  const identity = await runs.sourceIdentity(run);
  if (identity) await refuseChangedSource({ ...source, identity });
  else await runs.rememberSource(run, await readSourceIdentity(source.path));
};

/** The spool of a run that reads stdin, unless an earlier producer of the run has filled it. */
const openStdin = async (
  { source }: RunSpec,
  { stdin: input, log }: Pick<FeedTools, 'stdin' | 'log'>,
): Promise<StdinSpool | undefined> =>
  source.kind === 'stdin' && !existsSync(source.path) ? openStdinSpool({ input, path: source.path, log }) : undefined;

const fileCalls = new Set(['open', 'read', 'stat', 'fstat']);

/** Does the error speak of the source, which no further try would mend, or of the machinery? */
const isOfSource = (error: unknown): error is Error =>
  error instanceof UserError ||
  (error instanceof Error && fileCalls.has(String((error as NodeJS.ErrnoException).syscall)));

const together = (wait: () => Promise<void>): (() => Promise<void>) => {
  let waiting: Promise<void> | undefined;
  return () => (waiting ??= wait().finally(() => (waiting = undefined)));
};
