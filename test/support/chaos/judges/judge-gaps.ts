import type { HostArrivals } from '../../pretend-web/judge-arrivals.ts';
import type { DealtRun } from '../deal-round.ts';
import { type Departures, departedMs } from '../departures.ts';
import { type Standstill, stampedLate } from '../standstills.ts';
import { type ForgetfulTime, isForgotten } from './forgetful-times.ts';
import { found, type Violation } from './verdicts.ts';

/** A worker may be 15 ms late and a little off Redis' clock; the rest is the way to the origin and its stamp. */
export const toleranceMs = 25;

/** Pairs of neighbouring requests to one host, and those that came too close for a reason that is not the fleet's. */
export type PairCounts = { pairs: number; aroundLostWrites: number; originStoodStill: number; heldUpOnTheWay: number };

export type GapEvidence = {
  hosts: ReadonlyMap<string, HostArrivals>;
  departures: Departures;
  /** Of the origin. */
  standstills: readonly Standstill[];
  forgetful: readonly ForgetfulTime[];
};

export const judgeGaps = (
  { run, hosts, settings }: DealtRun,
  evidence: GapEvidence,
): { violations: Violation[]; counts: PairCounts } => {
  const leastMs = settings.perHostGapMs - toleranceMs;
  const counts: PairCounts = { pairs: 0, aroundLostWrites: 0, originStoodStill: 0, heldUpOnTheWay: 0 };
  if (settings.perHostGapMs === 0) return { violations: [], counts };
  const short: string[] = [];
  for (const host of hosts) {
    const { startsMs, paths } = evidence.hosts.get(host) ?? { startsMs: [], paths: [] };
    const leftAtMs = (i: number) => departedMs(evidence.departures, `${host}${paths[i]}`, startsMs[i] ?? 0);
    counts.pairs += Math.max(0, startsMs.length - 1);
    for (let i = 1; i < startsMs.length; i += 1) {
      const [one, next] = [startsMs[i - 1] ?? 0, startsMs[i] ?? 0];
      if (next - one >= leastMs) continue;
      // Stamped late, the first seems to come too soon before the next.
      if (next - one + stampedLate(evidence.standstills, one) >= leastMs) counts.originStoodStill += 1;
      else if (isForgotten(one, next, evidence.forgetful)) counts.aroundLostWrites += 1;
      else if (leftAtMs(i) - leftAtMs(i - 1) >= leastMs) counts.heldUpOnTheWay += 1;
      else
        short.push(
          `${host} ${Math.round(next - one)} ms at ${one.toFixed(0)} (left ${Math.round(leftAtMs(i) - leftAtMs(i - 1))} ms apart)`,
        );
    }
  }
  return { violations: found(`${run}: ${settings.perHostGapMs} ms between two requests to a host`, short), counts };
};
