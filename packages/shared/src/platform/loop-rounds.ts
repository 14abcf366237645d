/**
 * The rounds of the event loop. In each it runs the timers that are due, then what has come in, then what is called here: a round is
 * how long everybody waits.
 */
export type LoopRounds = {
  /** How long this round has worked until now, in ms; waiting for something to happen is no work. */
  busyMs: () => number;
  /** The next round begins at once, though nothing may have happened. */
  hurry: () => void;
  stop: () => void;
};

/** @param onEnd called at the end of each round with what it took in ms; what it does belongs to the next */
export const watchLoopRounds = (onEnd: (busyMs: number) => void): LoopRounds => {
  let beganAtMs = performance.now();
  let idleMs = performance.nodeTiming.idleTime;

  const busyMs = (): number => performance.now() - beganAtMs - (performance.nodeTiming.idleTime - idleMs);
  const end = (): void => {
    const tookMs = busyMs();
    beganAtMs = performance.now();
    idleMs = performance.nodeTiming.idleTime;
    // One that nothing refers to is called at the end of a round, but does not bring that about.
    next = setImmediate(end).unref();
    onEnd(tookMs);
  };
  let next = setImmediate(end).unref();
  return {
    busyMs,
    hurry: () => void next.ref(),
    stop: () => clearImmediate(next),
  };
};
