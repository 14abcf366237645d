import { type HostArrivals, mostAtOnce } from '../../pretend-web/judge-arrivals.ts';
import type { Happening } from '../timeline.ts';

/**
 * Redis went back in time: what it granted last before `untilMs` it may have forgotten, and from `againMs` on it grants anew. A tail of the
 * append-only file was lost, or a replica took over that had not heard the last: nobody can keep what nobody remembers.
 */
export type ForgetfulTime = { untilMs: number; againMs: number };

/** Whoever holds a turn begins within this: the longest wait in place, or half a lock for the lease of a first try; and the way there. */
const beginsWithinMs = 2050;
/** Sentinels tell each other, and the fleet, of a new master. */
const heardWithinMs = 1000;

export const forgetfulTimes = (happenings: readonly Happening[]): ForgetfulTime[] =>
  happenings.flatMap(({ what, atMs }, i) => {
    const end = endOf[what];
    if (end === undefined) return [];
    const again = happenings.slice(i).find((later) => later.what === end);
    // The old master may go on granting until the last has heard of the new one, which grants since some moment before.
    if (end === 'Sentinel has failed over')
      return [{ untilMs: (again?.atMs ?? atMs) + heardWithinMs + beginsWithinMs, againMs: atMs }];
    return [{ untilMs: atMs + beginsWithinMs, againMs: again?.atMs ?? atMs }];
  });

const endOf: Partial<Record<string, string>> = {
  'tail of the append-only file cut off': 'redis is back',
  'end of the append-only file was not written': 'redis is back',
  'the old one refuses': 'the way leads to it',
  'Sentinel fails over': 'Sentinel has failed over',
};

/** Can the one have been forgotten when the other was granted? */
export const isForgotten = (oneMs: number, nextMs: number, times: readonly ForgetfulTime[]): boolean =>
  times.some(({ untilMs, againMs }) => oneMs <= untilMs && nextMs >= againMs);

/** Most at once but for what can have been forgotten: such a request counts until Redis grants anew. */
export const mostRemembered = ({ startsMs, endsMs }: HostArrivals, times: readonly ForgetfulTime[]): number => {
  const ends = endsMs.map((end, i) => {
    const start = startsMs[i] ?? 0;
    return times.reduce((until, { untilMs, againMs }) => {
      const isOpen = !(until < againMs);
      return isOpen && start <= untilMs ? Math.max(start, againMs) : until;
    }, end);
  });
  return mostAtOnce({ startsMs, endsMs: ends });
};
