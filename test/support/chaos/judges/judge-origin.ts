import { type HostArrivals, mostAtOnce, mostStartsWithin } from '../../pretend-web/judge-arrivals.ts';
import type { DealtRun } from '../deal-round.ts';
import type { OriginLog } from '../origin.ts';
import { latenessBetween, type Standstill } from '../standstills.ts';
import type { Happening } from '../timeline.ts';
import { countBetween, disturbancesOf } from './disturbances.ts';
import { forgetfulTimes, remembered } from './forgetful-times.ts';
import { some, type Violation } from './verdicts.ts';

export type OriginEvidence = {
  log: OriginLog;
  runs: DealtRun[];
  /** Of the round. */
  happenings: Happening[];
  /** Of the process that drives the campaign: when the machine was busy, everybody was late. */
  standstills: Standstill[];
  /** How long after it began a cancellation must be known everywhere. */
  cancelGraceMs: number;
};

export type OriginVerdict = { violations: Violation[]; requests: number; repeated: number };

/** A worker's estimate of the clock of Redis, and the way to the origin. */
const toleranceMs = 25;
const nobody: HostArrivals = { startsMs: [], endsMs: [], paths: [] };

/** The fleet as those see it who are asked. */
export const judgeOrigin = (evidence: OriginEvidence): OriginVerdict => {
  const { log, runs } = evidence;
  const counted = runs.map((run) => judgeCounts(run, evidence));
  return {
    violations: [
      ...runs.flatMap((run) => judgeAtOnce(run, evidence)),
      ...runs.flatMap((run) => judgeGaps(run, evidence)),
      ...judgeRate(evidence),
      ...runs.flatMap((run) => judgeCancelled(run, evidence)),
      ...counted.flatMap(({ violations }) => violations),
    ],
    requests: [...log.hosts.values()].reduce((sum, { startsMs }) => sum + startsMs.length, 0),
    repeated: counted.reduce((sum, { repeated }) => sum + repeated, 0),
  };
};

const judgeAtOnce = ({ run, hosts, settings }: DealtRun, { log, happenings }: OriginEvidence): Violation[] => {
  const times = forgetfulTimes(happenings);
  const over = hosts
    .map((host) => ({ host, atOnce: mostAtOnce(remembered(log.hosts.get(host) ?? nobody, times)) }))
    .filter(({ atOnce }) => atOnce > settings.perHost);
  return found(
    `${run}: at most ${settings.perHost} at once at a host`,
    over.map(({ host, atOnce }) => `${host} ${atOnce}`),
  );
};

/** Answer of Redis, timer, connection and the origin's own stamp: each waits for a busy machine once. */
const lateSteps = 4;

/** What was late seems to come too soon before the next. */
const lateness = ({ log, standstills }: OriginEvidence, fromMs: number, toMs: number): number => {
  const ofOrigin = latenessBetween(log.standstills, fromMs - 50, toMs + 50);
  const ofMachine = latenessBetween(standstills, fromMs - 500, toMs + 50);
  return toleranceMs + lateSteps * Math.max(ofOrigin, ofMachine);
};

const judgeGaps = ({ run, hosts, settings }: DealtRun, evidence: OriginEvidence): Violation[] => {
  const gapMs = settings.perHostGapMs;
  if (gapMs === 0) return [];
  const times = forgetfulTimes(evidence.happenings);
  const short: string[] = [];
  for (const host of hosts) {
    const starts = Float64Array.from(remembered(evidence.log.hosts.get(host) ?? nobody, times).startsMs).sort();
    for (let i = 1; i < starts.length; i += 1) {
      const [one, next] = [starts[i - 1] ?? 0, starts[i] ?? 0];
      const late = lateness(evidence, one, next);
      if (next - one < gapMs - late)
        short.push(`${host} ${Math.round(next - one)} ms at ${one.toFixed(0)} (late ${late.toFixed(0)})`);
    }
  }
  return found(`${run}: ${gapMs} ms between two requests to a host`, short);
};

const judgeRate = (evidence: OriginEvidence): Violation[] => {
  const rate = Math.min(...evidence.runs.map(({ settings }) => settings.ratePerSecond || Number.POSITIVE_INFINITY));
  if (rate === Number.POSITIVE_INFINITY) return [];
  const starts = Float64Array.from([...evidence.log.hosts.values()].flatMap(({ startsMs }) => startsMs)).sort();
  const burst = Math.max(1, rate / 10);
  const late =
    toleranceMs + Math.max(0, ...[...evidence.log.standstills, ...evidence.standstills].map((each) => each.lateMs));
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

/** A URL is asked as often as its answers demand, and once more for each time that something died or was cut off meanwhile. */
const judgeCounts = (
  run: DealtRun,
  { log, happenings }: OriginEvidence,
): { violations: Violation[]; repeated: number } => {
  const disturbances = disturbancesOf(happenings);
  const arrivals = new Map<string, number[]>();
  for (const host of run.hosts) {
    const { startsMs, paths } = log.hosts.get(host) ?? nobody;
    for (const [i, path] of paths.entries()) {
      const key = `${host}${path}`;
      const known = arrivals.get(key);
      if (known) known.push(startsMs[i] ?? 0);
      else arrivals.set(key, [startsMs[i] ?? 0]);
    }
  }
  let repeated = 0;
  const [tooMany, never]: [string[], string[]] = [[], []];
  for (const { asked } of run.lines) {
    if (asked === undefined) continue;
    const starts = arrivals.get(`${asked.host}${asked.path}`) ?? [];
    if (starts.length === 0) never.push(`${asked.host}${asked.path}`);
    const beyond = Math.max(0, starts.length - asked.most);
    repeated += beyond;
    const [from, to] = [Math.min(...starts), Math.max(...starts)];
    // A busy machine lets a request time out: that, too, is a try.
    const tries = Math.max(asked.most, run.settings.attempts);
    if (beyond > 0 && starts.length - tries > countBetween(disturbances, from - 1, to))
      tooMany.push(`${asked.host}${asked.path} at ${starts.map((ms) => ms.toFixed(0)).join(', ')}`);
  }
  return {
    violations: [
      ...found(`${run.run}: no URL is asked more often than it failed or its execution died`, tooMany),
      ...(run.cancelAt === undefined ? found(`${run.run}: every URL is asked`, never) : []),
    ],
    repeated,
  };
};

const found = (promise: string, items: readonly string[]): Violation[] =>
  items.length === 0 ? [] : [{ promise, details: some(items) }];
