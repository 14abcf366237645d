import type { Logger } from '@trawl/shared/platform/logger.ts';

/** BullMQ's delays and backoffs are on the clocks of the workers: one that is off starts all others' retries too soon. */
const mostOffMs = 2000;
/** Less than that again, so that a clock at the limit does not come and go. */
const rightAgainMs = 1500;

/**
 * Is this machine's clock too far from that of Redis to take jobs? Says so when it changes.
 * @param offsetMs Redis minus this machine
 */
export const createClockGuard = (offsetMs: () => number, log: Pick<Logger, 'error' | 'info'>) => {
  let isOff = false;
  return (): boolean => {
    const offBy = Math.abs(offsetMs());
    const wasOff = isOff;
    isOff = offBy > (wasOff ? rightAgainMs : mostOffMs);
    if (isOff && !wasOff) log.error({ offsetMs: Math.round(offsetMs()) }, 'clock is off: no jobs are taken');
    if (wasOff && !isOff) log.info('clock is right again');
    return isOff;
  };
};
