export type Backoff = {
  /** Number of the try that failed, from 1. */
  attempt: number;
  baseMs: number;
  capMs: number;
  /** 0 <= random() < 1 */
  random: () => number;
};

/**
 * How long to wait before the next try: exponential with full jitter, so that URLs which failed together do not come back
 * together. A whole number of ms between 1 and the cap.
 */
export const backoffMs = ({ attempt, baseMs, capMs, random }: Backoff): number => {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return Math.max(1, Math.floor(random() * ceilingMs));
};
