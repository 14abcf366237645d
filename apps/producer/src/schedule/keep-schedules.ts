import { setTimeout as delay } from 'node:timers/promises';
import type { FireSchedule } from '@trawl/shared/frontier/fire-schedule.ts';
import type { News } from '@trawl/shared/frontier/news.ts';
import type { Schedules } from '@trawl/shared/frontier/schedules.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { ControlQueue } from './control-queue.ts';
import { reconcile } from './reconcile.ts';

export type KeepOptions = {
  schedules: Pick<Schedules, 'list' | 'state' | 'oldestQueued'>;
  queue: ControlQueue;
  fire: FireSchedule;
  /** Opened anew by each keeper, so that it hears what concerns it. */
  listen: (stop: AbortSignal) => Promise<News>;
  /** Of Redis. */
  nowMs: () => number;
  log: Logger;
};

/** News may be lost with a connection, and schedulers by a hand on Redis. */
const reconcileEveryMs = 60_000;
const tryAgainMs = 5000;
const queueTickMs = 1000;

/** What one producer of the fleet does for all: BullMQ has the right schedulers, and slots that wait get their turn. Until told to stop. */
export const keepSchedules = async (options: KeepOptions, stop: AbortSignal): Promise<void> => {
  await Promise.all([keepSchedulers(options, stop), serveQueued(options, stop)]);
};

const keepSchedulers = async (
  { schedules, queue, listen, nowMs, log }: KeepOptions,
  stop: AbortSignal,
): Promise<void> => {
  const look = async (): Promise<number> => {
    try {
      const all = await schedules.list();
      const states = await Promise.all(all.map(({ crawl }) => schedules.state(crawl)));
      const wanted = all.map((schedule, i) => ({ schedule, state: { ...states[i] } }));
      const { make, remove } = await reconcile(wanted, queue, nowMs());
      if (make.length + remove.length > 0)
        log.info({ made: make.map(({ crawl }) => crawl), removed: remove }, 'schedulers set right');
      return reconcileEveryMs;
    } catch (error) {
      if (!stop.aborted) log.warn({ err: error }, 'schedules not set right: trying again');
      return tryAgainMs;
    }
  };
  const news = await listen(stop);
  try {
    while (!stop.aborted) await news.wait(await look());
  } finally {
    news.close();
  }
};

/** A slot that waits is due when the run before it is finished: nobody tells, so one looks. */
const serveQueued = async ({ schedules, fire, nowMs, log }: KeepOptions, stop: AbortSignal): Promise<void> => {
  while (!stop.aborted) {
    try {
      for (const slot of await schedules.oldestQueued()) {
        const result = await fire({ ...slot, hasWaited: true }, nowMs());
        if (result.kind === 'started') log.info({ run: result.run }, 'firing that waited has started');
      }
    } catch (error) {
      if (!stop.aborted) log.warn({ err: error }, 'slots that wait could not be looked at: trying again');
    }
    await delay(queueTickMs, undefined, { signal: stop }).catch(() => undefined);
  }
};
