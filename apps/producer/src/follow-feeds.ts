import type { Logger } from '@trawl/shared/platform/logger.ts';

export type FollowFeedsEffects = {
  /** Runs whose source is still to be read. */
  names: () => Promise<string[]>;
  /** Resolves when there may be a new one, when told to stop, or after `atMostMs`. */
  waitForNews: (atMostMs: number) => Promise<void>;
  /** Resolves once the run is fed, or when another producer feeds it. */
  feed: (run: string, stop: AbortSignal) => Promise<void>;
  log: Logger;
};

/** How soon a run whose feeder died finds another, once its lease has expired. */
const lookEveryMs = 5000;
const mostAtOnce = 8;

/** Feeds all runs that are left to the fleet, as far as no other producer does, until told to stop. */
export const followFeeds = async (
  { names, waitForNews, feed, log }: FollowFeedsEffects,
  stop: AbortSignal,
): Promise<void> => {
  const underWay = new Map<string, Promise<void>>();
  let roomAgain = Promise.withResolvers<void>();

  const begin = (run: string): void => {
    const feeding = feed(run, stop)
      .catch((error: unknown) => {
        if (!stop.aborted) log.warn({ run, err: error }, 'feeding broke off: trying again');
      })
      .finally(() => {
        underWay.delete(run);
        roomAgain.resolve();
      });
    underWay.set(run, feeding);
  };

  while (!stop.aborted) {
    const wanted = (await names()).filter((run) => !underWay.has(run));
    const isFull = wanted.length > mostAtOnce - underWay.size;
    roomAgain = Promise.withResolvers();
    for (const run of wanted.slice(0, mostAtOnce - underWay.size)) begin(run);
    await (isFull ? Promise.race([roomAgain.promise, waitForNews(lookEveryMs)]) : waitForNews(lookEveryMs));
  }
  await Promise.all(underWay.values());
};
