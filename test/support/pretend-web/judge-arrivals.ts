/** One host's requests as the origin saw them, in order of arrival. Index i of all three arrays is one request. */
export type HostArrivals = {
  /** Ms of a monotonic clock, with fractions. */
  startsMs: number[];
  /** When the response was handed over or the connection was gone; NaN while neither happened. */
  endsMs: number[];
  /** Path with query, as sent. */
  paths: string[];
};

/** Most requests in flight at one instant. A request that ends in the instant another begins does not overlap it. */
export const mostAtOnce = ({ startsMs, endsMs }: Pick<HostArrivals, 'startsMs' | 'endsMs'>): number => {
  const starts = ascending(startsMs);
  const ends = ascending(endsMs.map((end) => (Number.isNaN(end) ? Number.POSITIVE_INFINITY : end)));
  let ended = 0;
  let most = 0;
  for (const [begun, start] of starts.entries()) {
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= start) ended += 1;
    most = Math.max(most, begun + 1 - ended);
  }
  return most;
};

/** Ms between each two neighbouring starts; one item fewer than there are starts. */
export const gapsMs = (startsMs: readonly number[]): number[] => {
  const starts = ascending(startsMs);
  return Array.from(starts.subarray(1), (start, index) => start - (starts[index] ?? start));
};

/** Answer of Redis, timer, connection and the origin's own stamp: each waits for a busy machine once. */
const lateSteps = 4;
/** A worker's estimate of the clock of Redis, and the way to the origin. */
const alwaysLateMs = 25;

/** How late a request may be seen to begin, where a process stood still for so long. */
export const mostLateMs = (standstillMs: number): number => alwaysLateMs + lateSteps * standstillMs;

/**
 * Gaps that are too short for starts that were granted `gapMs` apart and are each seen up to `lateMs` late; then also their mean, when all of
 * them together are too short: lateness does not add up.
 */
export const shortGapsMs = (
  startsMs: readonly number[],
  { gapMs, lateMs }: { gapMs: number; lateMs: number },
): number[] => {
  const gaps = gapsMs(startsMs);
  const allMs = gaps.reduce((sum, gap) => sum + gap, 0);
  const short = gaps.filter((gap) => gap < gapMs - lateMs);
  return allMs < gaps.length * gapMs - lateMs ? [...short, allMs / gaps.length] : short;
};

/** Undefined with fewer than two starts: there is no gap to judge. */
export const leastGapMs = (startsMs: readonly number[]): number | undefined => {
  const gaps = gapsMs(startsMs);
  return gaps.length === 0 ? undefined : gaps.reduce((least, gap) => Math.min(least, gap));
};

/** Most starts inside any window [t, t + windowMs), wherever t lies. */
export const mostStartsWithin = (startsMs: readonly number[], windowMs: number): number => {
  const starts = ascending(startsMs);
  let first = 0;
  let most = 0;
  for (const [last, start] of starts.entries()) {
    while (start - (starts[first] ?? start) >= windowMs) first += 1;
    most = Math.max(most, last + 1 - first);
  }
  return most;
};

const ascending = (numbers: readonly number[]): Float64Array => Float64Array.from(numbers).sort();
