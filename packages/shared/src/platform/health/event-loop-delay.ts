import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop came to its timers, in seconds. */
export type EventLoopDelay = { p50: number; p99: number; max: number };

const resolutionMs = 20;
const windowMs = 60_000;

/**
 * Watches the delay of the last one to two minutes, whoever asks and however often: two monitors overlap, and the older one
 * speaks. Resetting one at each look instead would lose the delay in which the reset falls, and would give two readers a
 * half each.
 */
export const watchEventLoop = (): { delay: () => EventLoopDelay; stop: () => void } => {
  let older = startMonitor();
  let newer = startMonitor();
  const timer = setInterval(() => {
    older.disable();
    older = newer;
    newer = startMonitor();
  }, windowMs).unref();
  return {
    delay: () => ({
      p50: lateness(older.percentile(50)),
      p99: lateness(older.percentile(99)),
      max: lateness(older.max),
    }),
    stop: () => {
      clearInterval(timer);
      older.disable();
      newer.disable();
    },
  };
};

function startMonitor(): ReturnType<typeof monitorEventLoopDelay> {
  const monitor = monitorEventLoopDelay({ resolution: resolutionMs });
  monitor.enable();
  return monitor;
}

/** The monitor measures from one tick of its timer to the next, the interval itself included. */
function lateness(nanoseconds: number): number {
  return Math.max(0, Math.round(nanoseconds / 1000) - resolutionMs * 1000) / 1e6;
}
