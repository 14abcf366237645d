export type Pulse = { startedJobs: number; waitingJobs: number; inFlight: number };

/**
 * Notices a worker that starts nothing although work waits and it has room: a hung connection shows no other sign.
 * `silentMs` is for how long that must last without interruption.
 */
export const createWatchdog = (silentMs: number) => {
  let lastStarted = -1;
  let silentSinceMs: number | undefined;

  /** True once the silence has lasted: the process should be replaced. */
  return (pulse: Pulse, nowMs: number): boolean => {
    const isAlive = pulse.startedJobs !== lastStarted || pulse.waitingJobs === 0 || pulse.inFlight > 0;
    lastStarted = pulse.startedJobs;
    if (isAlive) silentSinceMs = undefined;
    else silentSinceMs ??= nowMs;
    return silentSinceMs !== undefined && nowMs - silentSinceMs >= silentMs;
  };
};
