import type { Happening } from '../timeline.ts';

/** When something was done to the fleet, each time counted; what lasts counts once a second. */
export const disturbancesOf = (happenings: readonly Happening[]): Float64Array => {
  const atMs = happenings
    .filter(({ what }) => what !== 'started' && !what.startsWith('run '))
    .flatMap((each) => {
      const seconds = Math.ceil(Number(each.about['forMs'] ?? 0) / 1000);
      return Array.from({ length: 1 + seconds }, (_, i) => each.atMs + i * 1000);
    });
  return Float64Array.from(atMs).sort();
};

export const countBetween = (sorted: Float64Array, fromMs: number, toMs: number): number =>
  firstAbove(sorted, toMs) - firstAbove(sorted, fromMs);

function firstAbove(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
