export type StartGate = {
  /** Whoever comes now may begin at once. */
  isFree: () => boolean;
  /** Calls `start` now, or in one of the next rounds of the event loop; first come, first served. */
  enter: (start: () => void) => void;
  /** A round of the event loop has ended, which took so long. */
  roundEnds: (tookMs: number) => void;
  /** How many wait. */
  waiting: () => number;
  /** Lets all in that wait, and everybody from now on. */
  open: () => void;
};

export type StartGateOptions = {
  /** How long the round that runs has worked until now. */
  busyMs: () => number;
  /** Asks for another round at once. */
  hurry: () => void;
  /** How long a round may take before no more begins in it. */
  roundMs?: number;
  /** So many begin in every round, however long the rounds are: on a busy machine they are for want of a core, and shorter ones only cost more. */
  least?: number;
};

/**
 * Bounds how late the event loop comes to its timers when more is to be done than one core can: what has begun goes on in every round,
 * and a round is the longer the more has begun. While rounds are too long only a few begin in each, until enough have ended. The
 * loop never rests while somebody waits here, so nothing is done later than it could have been, and who meets a loop
 * that has time does not wait at all.
 */
export const createStartGate = ({ busyMs, hurry, roundMs = 25, least = 6 }: StartGateOptions): StartGate => {
  const waiting = new Set<() => void>();
  let isOpen = false;

  const letIn = (may: (begun: number) => boolean): void => {
    let begun = 0;
    for (const start of waiting) {
      if (!may(begun++)) break;
      waiting.delete(start);
      start();
    }
    if (waiting.size > 0) hurry();
  };

  const isFree = (): boolean => isOpen || (waiting.size === 0 && busyMs() < roundMs);

  return {
    isFree,
    enter: (start) => {
      if (isFree()) return start();
      waiting.add(start);
      hurry();
    },
    // What the last round had to do is the best guess of what the next one has. Of the time that is left, half goes to starts: what
    // they lead to comes rounds later, and with all of it the length would swing.
    roundEnds: (tookMs) => {
      if (waiting.size > 0) letIn((begun) => begun < least || busyMs() < (roundMs - tookMs) / 2);
    },
    waiting: () => waiting.size,
    open: () => {
      isOpen = true;
      letIn(() => true);
    },
  };
};
