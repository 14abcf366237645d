import type { Logger } from '@trawl/shared/platform/logger.ts';

/** A machine that lacks something lacks it for every URL: one line a minute is enough. */
const reportEveryMs = 60_000;

/** @returns to be called for each URL that was put back */
export const createLackReport = (log: Pick<Logger, 'warn'>, nowMs: () => number): (() => void) => {
  let urls = 0;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    urls++;
    if (nowMs() < nextAtMs) return;
    log.warn({ urls }, 'this machine lacks files, ports or memory: URLs are put back');
    nextAtMs = nowMs() + reportEveryMs;
    urls = 0;
  };
};
