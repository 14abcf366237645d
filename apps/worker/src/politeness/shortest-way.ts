/** A way that has become longer is believed after one to two of these. */
const rememberedMs = 60_000;

/**
 * How long an answer of Redis is on its way at the least: half of the shortest round trip of the last minutes. A busy machine makes round trips
 * longer on one side only, and nobody knows on which: who took half of such a one for the way would start before its turn has come.
 * @param estimateMs of one way, measured now and then
 */
export const createShortestWay = (estimateMs: () => number, monotonicMs: () => number) => {
  let [beforeMs, shortestMs, sinceMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, monotonicMs()];
  const note = (oneWayMs: number): void => {
    const atMs = monotonicMs();
    if (atMs - sinceMs > rememberedMs) [beforeMs, shortestMs, sinceMs] = [shortestMs, Number.POSITIVE_INFINITY, atMs];
    shortestMs = Math.min(shortestMs, oneWayMs);
  };
  return {
    noteRoundTrip: (ms: number): void => note(ms / 2),
    oneWayMs: (): number => {
      note(estimateMs());
      return Math.min(beforeMs, shortestMs);
    },
  };
};
