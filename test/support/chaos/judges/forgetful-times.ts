import type { HostArrivals } from '../../pretend-web/judge-arrivals.ts';
import type { Happening } from '../timeline.ts';

/** From and to: Redis went back in time there. What it had granted last is still under way, and it does not know of it. */
export type ForgetfulTime = { fromMs: number; toMs: number };

/** A worker that has been told its turn starts within it. */
const startsWithinMs = 500;

/** A tail of the append-only file that was lost, or a replica that had not heard the last: nobody can keep what nobody remembers. */
export const forgetfulTimes = (happenings: readonly Happening[]): ForgetfulTime[] =>
  happenings.flatMap(({ what, atMs }) => {
    const end = endOf[what];
    if (end === undefined) return [];
    const over = happenings.find((later) => later.what === end && later.atMs >= atMs);
    return [{ fromMs: atMs - startsWithinMs, toMs: (over?.atMs ?? atMs) + startsWithinMs }];
  });

const endOf: Partial<Record<string, string>> = {
  'tail of the append-only file cut off': 'redis is back',
  'a replica takes over': 'the way leads to it',
};

/** The host's requests but for those that were under way meanwhile. */
export const remembered = (arrivals: HostArrivals, times: readonly ForgetfulTime[]): HostArrivals => {
  if (times.length === 0) return arrivals;
  const { startsMs, endsMs, paths } = arrivals;
  const isKept = startsMs.map((start, i) => {
    const end = endsMs[i] ?? Number.NaN;
    return !times.some(({ fromMs, toMs }) => start <= toMs && !(end < fromMs));
  });
  const kept = <T>(each: readonly T[]): T[] => each.filter((_, i) => isKept[i]);
  return { startsMs: kept(startsMs), endsMs: kept(endsMs), paths: kept(paths) };
};
