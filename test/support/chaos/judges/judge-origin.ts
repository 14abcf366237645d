import { type HostArrivals, mostAtOnce, mostStartsWithin } from '../../pretend-web/judge-arrivals.ts';
import type { DealtRun } from '../deal-round.ts';
import type { Departures } from '../departures.ts';
import type { OriginLog } from '../origin.ts';
import type { Happening } from '../timeline.ts';
import { type ForgetfulTime, forgetfulTimes, mostRemembered } from './forgetful-times.ts';
import { judgeCounts } from './judge-counts.ts';
import { judgeGaps, type PairCounts, toleranceMs } from './judge-gaps.ts';
import { found, type Violation } from './verdicts.ts';

export type OriginEvidence = {
  log: OriginLog;
  departures: Departures;
  runs: DealtRun[];
  /** Of the round. */
  happenings: Happening[];
  /** How long after it began a cancellation must be known everywhere. */
  cancelGraceMs: number;
};

/** What is not held against the fleet is counted. */
export type Excused = {
  pairsAroundLostWrites: number;
  pairsStampedLate: number;
  /** A request left in time, and its process or the machine stood before the origin had it. */
  pairsHeldUpOnTheWay: number;
  /** Hosts that saw more at once than their limit, by requests that Redis had forgotten. */
  hostsAroundLostWrites: number;
  /** Redirect chains that were put back since a hop of theirs found no turn. */
  chainsBegunAgain: number;
};

export const nothingExcused: Excused = {
  pairsAroundLostWrites: 0,
  pairsStampedLate: 0,
  pairsHeldUpOnTheWay: 0,
  hostsAroundLostWrites: 0,
  chainsBegunAgain: 0,
};

export type OriginVerdict = {
  violations: Violation[];
  requests: number;
  repeated: number;
  pairs: number;
  excused: Excused;
};

const nobody: HostArrivals = { startsMs: [], endsMs: [], paths: [] };

/** The fleet as those see it who are asked. */
export const judgeOrigin = (evidence: OriginEvidence): OriginVerdict => {
  const { log, runs } = evidence;
  const counted = runs.map((run) =>
    judgeCounts(run, { hosts: log.hosts, departures: evidence.departures, happenings: evidence.happenings }),
  );
  const forgetful = forgetfulTimes(evidence.happenings);
  const gaps = runs.map((run) => judgeGaps(run, { ...log, departures: evidence.departures, forgetful }));
  const crowds = runs.map((run) => judgeAtOnce(run, log, forgetful));
  const sum = (of: (counts: PairCounts) => number) => gaps.reduce((all, { counts }) => all + of(counts), 0);
  return {
    violations: [
      ...crowds.flatMap(({ violations }) => violations),
      ...gaps.flatMap(({ violations }) => violations),
      ...judgeRate(evidence),
      ...runs.flatMap((run) => judgeCancelled(run, evidence)),
      ...counted.flatMap(({ violations }) => violations),
    ],
    requests: [...log.hosts.values()].reduce((sum, { startsMs }) => sum + startsMs.length, 0),
    repeated: counted.reduce((all, { repeated }) => all + repeated, 0),
    pairs: sum(({ pairs }) => pairs),
    excused: {
      pairsAroundLostWrites: sum(({ aroundLostWrites }) => aroundLostWrites),
      pairsHeldUpOnTheWay: sum(({ heldUpOnTheWay }) => heldUpOnTheWay),
      pairsStampedLate: sum(({ originStoodStill }) => originStoodStill),
      chainsBegunAgain: counted.reduce((all, each) => all + each.chainsBegunAgain, 0),
      hostsAroundLostWrites: crowds.reduce((all, { excused }) => all + excused, 0),
    },
  };
};

const judgeAtOnce = (
  { run, hosts, settings }: DealtRun,
  log: OriginLog,
  forgetful: readonly ForgetfulTime[],
): { violations: Violation[]; excused: number } => {
  const over = hosts
    .map((host) => ({ host, arrivals: log.hosts.get(host) ?? nobody }))
    .filter(({ arrivals }) => mostAtOnce(arrivals) > settings.perHost);
  const bad = over
    .map(({ host, arrivals }) => ({ host, atOnce: mostRemembered(arrivals, forgetful) }))
    .filter(({ atOnce }) => atOnce > settings.perHost);
  const items = bad.map(({ host, atOnce }) => `${host} ${atOnce}`);
  return {
    violations: found(`${run}: at most ${settings.perHost} at once at a host`, items),
    excused: over.length - bad.length,
  };
};

const judgeRate = (evidence: OriginEvidence): Violation[] => {
  const rate = Math.min(...evidence.runs.map(({ settings }) => settings.ratePerSecond || Number.POSITIVE_INFINITY));
  if (rate === Number.POSITIVE_INFINITY) return [];
  const starts = Float64Array.from([...evidence.log.hosts.values()].flatMap(({ startsMs }) => startsMs)).sort();
  const burst = Math.max(1, rate / 10);
  // What came over the length of a standstill was stamped at its end.
  const late = toleranceMs + Math.max(0, ...evidence.log.standstills.map((each) => each.lateMs));
  const most = Math.ceil((rate * (1000 + late)) / 1000 + burst);
  const seen = mostStartsWithin([...starts], 1000);
  return seen <= most
    ? []
    : [{ promise: `at most ${rate} a second and ${burst} at once`, details: `${seen} (late ${late.toFixed(0)} ms)` }];
};

/** No request after the fleet could know of it. Whoever was cut off or stood still meanwhile hears of it when he is back. */
const judgeCancelled = ({ run, hosts }: DealtRun, { log, happenings, cancelGraceMs }: OriginEvidence): Violation[] => {
  const cancelled = happenings.findLast(({ what, about }) => what === 'run cancelled' && about['run'] === run);
  if (cancelled === undefined) return [];
  const later = hosts.flatMap((host) => {
    const { startsMs, paths } = log.hosts.get(host) ?? nobody;
    return startsMs.flatMap((start, i) =>
      start > cancelled.atMs + cancelGraceMs ? [`${host}${paths[i]} +${Math.round(start - cancelled.atMs)} ms`] : [],
    );
  });
  return found(`${run}: nothing is asked after it was cancelled`, later);
};
