import type { HostArrivals } from '../../pretend-web/judge-arrivals.ts';
import type { DealtRun } from '../deal-round.ts';
import { type Departures, departedMs } from '../departures.ts';
import type { Happening } from '../timeline.ts';
import { countDuring, disturbancesOf } from './disturbances.ts';
import { found, type Violation } from './verdicts.ts';

export type CountEvidence = {
  hosts: ReadonlyMap<string, HostArrivals>;
  departures: Departures;
  happenings: readonly Happening[];
};

export type CountVerdict = {
  violations: Violation[];
  /** Requests beyond what the answers demand. */
  repeated: number;
  chainsBegunAgain: number;
};

/** A try may last 4 s in all, its connection included: an answer that took so long may have come too late. */
const slowMs = 1000;
const nothing = { startsMs: [], timedOut: 0 };

/**
 * A URL is asked as often as its answers demand, once more where an answer was so slow that it timed out, and once more for each time that
 * an execution of it may have died since its first request left: what a dying worker has sent arrives after its death.
 */
export const judgeCounts = (run: DealtRun, { hosts, departures, happenings }: CountEvidence): CountVerdict => {
  const disturbances = disturbancesOf(happenings);
  const arrivals = arrivalsOf(run, hosts);
  const { attempts, perHostGapMs, ratePerSecond } = run.settings;
  let [repeated, chainsBegunAgain] = [0, 0];
  const [tooMany, never]: [string[], string[]] = [[], []];
  for (const { asked } of run.lines) {
    if (asked === undefined) continue;
    const url = `${asked.host}${asked.path}`;
    const { startsMs, timedOut } = arrivals.get(url) ?? nothing;
    if (startsMs.length === 0) {
      never.push(url);
      continue;
    }
    const beyond = Math.max(0, startsMs.length - asked.most);
    repeated += beyond;
    const isChain = asked.path.startsWith('/redirect');
    const hasPace = perHostGapMs > 0 || ratePerSecond > 0;
    // Of a chain any request may have been the slow one.
    const timeouts = isChain ? attempts - asked.most : timedOut;
    const [first, last] = [Math.min(...startsMs), Math.max(...startsMs)];
    const disturbed = countDuring(disturbances, departedMs(departures, url, first), last);
    if (beyond - timeouts <= disturbed) continue;
    // Where a hop finds no turn in time, the chain goes back to the frontier and costs no attempt.
    if (isChain && hasPace) chainsBegunAgain += beyond - timeouts;
    else tooMany.push(`${url} at ${startsMs.map((ms) => ms.toFixed(0)).join(', ')}`);
  }
  return {
    violations: [
      ...found(`${run.run}: no URL is asked more often than it failed or its execution died`, tooMany),
      ...(run.cancelAt === undefined ? found(`${run.run}: every URL is asked`, never) : []),
    ],
    repeated,
    chainsBegunAgain,
  };
};

type UrlArrivals = { startsMs: number[]; timedOut: number };

const arrivalsOf = (run: DealtRun, hosts: CountEvidence['hosts']): Map<string, UrlArrivals> => {
  const arrivals = new Map<string, UrlArrivals>();
  for (const host of run.hosts) {
    const { startsMs, endsMs, paths } = hosts.get(host) ?? { startsMs: [], endsMs: [], paths: [] };
    for (const [i, path] of paths.entries()) {
      const url = `${host}${path}`;
      const known = arrivals.get(url) ?? { startsMs: [], timedOut: 0 };
      arrivals.set(url, known);
      const start = startsMs[i] ?? 0;
      known.startsMs.push(start);
      if ((endsMs[i] ?? 0) - start > slowMs) known.timedOut += 1;
    }
  }
  return arrivals;
};
