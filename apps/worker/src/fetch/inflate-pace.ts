/** What bodies may inflate to without being held back: more than all pages and most files. */
const unpacedBytes = 8 * 1024 ** 2;

/** Beyond, of all bodies of a worker together. Decoders make up to 1 GB/s, each on a thread of its own, and every core is theirs then. */
const bytesPerSecond = 128 * 1024 ** 2;

/** How much at most is made at once: a timer costs more than a millisecond. */
const stepMs = 4;

export type InflatePace = {
  /**
   * How long a body is to wait before it is inflated further.
   * @param bodyBytes inflated so far @param bytes of them since the last time it was asked
   */
  pauseMs: (bodyBytes: number, bytes: number) => number;
};

/** Holds back what inflates without end, so that it does not take the time of all others. @param now monotonic ms */
export const createInflatePace = (now: () => number): InflatePace => {
  let freeAtMs = 0;
  return {
    pauseMs: (bodyBytes, bytes) => {
      if (bodyBytes <= unpacedBytes) return 0;
      freeAtMs = Math.max(freeAtMs, now()) + (bytes * 1000) / bytesPerSecond;
      const aheadMs = freeAtMs - now();
      return aheadMs < stepMs ? 0 : aheadMs;
    },
  };
};
