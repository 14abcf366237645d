import { setTimeout as delay } from 'node:timers/promises';
import { RunGone } from '@trawl/shared/frontier/run-gone.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { CollectEnding } from './collect.ts';

export type FollowEffects = {
  /** Names of all runs that are not collected. */
  names: () => Promise<string[]>;
  /** Resolves when there may be a new run, or after `atMostMs`. */
  waitForNews: (atMostMs: number) => Promise<void>;
  /** Undefined: this run is not for a collector that serves all. */
  collect: (run: string, stop: AbortSignal) => Promise<CollectEnding | undefined>;
  log: Logger;
};

/** How soon a run whose owner died finds another, once its lease has expired. */
const lookEveryMs = 5000;

/** Collects all runs, present and future, as far as no other collector has them, until told to stop. */
export const followRuns = async (
  { names, waitForNews, collect, log }: FollowEffects,
  stop: AbortSignal,
): Promise<void> => {
  const underWay = new Map<string, Promise<void>>();
  const complaints = new Map<string, string>();

  const follow = async (run: string): Promise<void> => {
    try {
      await collect(run, stop);
      complaints.delete(run);
    } catch (error) {
      if (!stop.aborted) complain(run, error);
    }
  };
  /** A run that waits for its user is tried again and again, but says so once. */
  const complain = (run: string, error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    if (complaints.get(run) === message) return;
    complaints.set(run, message);
    if (error instanceof RunGone) log.error({ run }, 'run is gone from Redis');
    else if (error instanceof UserError)
      log.error({ run, reason: message, remedy: error.remedy }, 'run paused: its sink needs help');
    else log.warn({ run, err: error }, 'collecting broke off: trying again');
  };

  while (!stop.aborted) {
    for (const run of await names()) {
      if (!underWay.has(run))
        underWay.set(
          run,
          follow(run).finally(() => underWay.delete(run)),
        );
    }
    await waitForNews(lookEveryMs);
  }
  await Promise.all(underWay.values());
};

const tryAgainMs = 500;

export type FollowOneEffects = {
  collect: (stop: AbortSignal) => Promise<CollectEnding>;
  /** Has this or another collector come to the end? */
  isCollected: () => Promise<boolean>;
  log: Logger;
};

/** Collects one run to its end, after another owner if need be. Rejects with a UserError when its sink needs help, or Redis lost it. */
export const followOneRun = async (
  { collect, isCollected, log }: FollowOneEffects,
  stop: AbortSignal,
): Promise<void> => {
  while (!stop.aborted) {
    await collect(stop).catch((error: unknown) => {
      if (error instanceof UserError) throw error;
      if (!stop.aborted) log.warn({ err: error }, 'collecting broke off: trying again');
    });
    if (await isCollected()) return;
    await delay(tryAgainMs, undefined, { signal: stop }).catch(() => undefined);
  }
};
