export type Pulse = {
  startedJobs: number;
  waitingJobs: number;
  inFlight: number;
  /** Redis refuses commands, or the worker itself takes no jobs for a reason that it has told. */
  isHeld: boolean;
};

/** `deaf`: its way to the queue should be made anew. `stuck`: that did not help, the process should be replaced. */
export type Condition = 'well' | 'deaf' | 'stuck';

/**
 * Notices a worker that starts nothing although work waits and it has room: a hung connection shows no other sign.
 * `silentMs` is for how long that must last without interruption, for each of the two steps.
 */
export const createWatchdog = (silentMs: number) => {
  let lastStarted = -1;
  let silentSinceMs: number | undefined;
  let wasDeaf = false;

  return (pulse: Pulse, nowMs: number): Condition => {
    const hasStarted = pulse.startedJobs !== lastStarted;
    const isAlive = hasStarted || pulse.waitingJobs === 0 || pulse.inFlight > 0 || pulse.isHeld;
    lastStarted = pulse.startedJobs;
    if (hasStarted) wasDeaf = false;
    if (isAlive) silentSinceMs = undefined;
    else silentSinceMs ??= nowMs;
    if (silentSinceMs === undefined || nowMs - silentSinceMs < silentMs) return 'well';
    if (wasDeaf) return 'stuck';
    wasDeaf = true;
    silentSinceMs = undefined;
    return 'deaf';
  };
};
