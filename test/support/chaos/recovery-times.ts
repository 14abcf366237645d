import type { DealtRun } from './deal-round.ts';
import type { OriginLog } from './origin.ts';
import type { Happening } from './timeline.ts';

/** Ms, one for each case that the origin saw. */
export type RecoveryTimes = {
  askedAgainMs: number[];
  firstFetchMs: number[];
  /** Of failovers by Sentinel: from the end of the old master to the first fetch under the new one, by the way in which it ended. */
  failovers: { way: string; ms: number }[];
};

/** The origin has seen within it that the connections of a killed process are closed, also on a busy machine. */
const closedWithinMs = 500;

/** From the origin's log: a worker is killed -> what it was fetching is asked again; Redis is back -> the first fetch. */
export const recoveryTimes = (log: OriginLog, runs: DealtRun[], happenings: readonly Happening[]): RecoveryTimes => {
  const killedAtMs = happenings
    .filter(({ what, about }) => what === 'SIGKILL' && String(about['who']).startsWith('worker'))
    .map(({ atMs }) => atMs);
  const askedOnce = new Set(
    runs.flatMap(({ lines }) =>
      lines.flatMap(({ asked }) => (asked?.most === 1 ? [`${asked.host}${asked.path}`] : [])),
    ),
  );
  const askedAgainMs: number[] = [];
  const starts: number[] = [];
  for (const [host, { startsMs, endsMs, paths }] of log.hosts) {
    const againOf = new Map<string, number[]>();
    for (const [i, path] of paths.entries()) {
      starts.push(startsMs[i] ?? 0);
      const same = againOf.get(path);
      if (same) same.push(i);
      else againOf.set(path, [i]);
    }
    for (const [path, at] of againOf) {
      if (at.length < 2 || !askedOnce.has(`${host}${path}`)) continue;
      const [first, second] = [at[0] ?? 0, at[1] ?? 0];
      const endMs = endsMs[first] ?? Number.NaN;
      const killMs = killedAtMs.find((ms) => endMs >= ms && endMs - ms < closedWithinMs);
      if (killMs !== undefined) askedAgainMs.push((startsMs[second] ?? 0) - killMs);
    }
  }
  starts.sort((a, b) => a - b);
  return { askedAgainMs, firstFetchMs: firstFetches(happenings, starts), failovers: failoversIn(happenings, starts) };
};

/** One that is killed again before anybody has found it says nothing. */
const firstFetches = (happenings: readonly Happening[], starts: readonly number[]): number[] => {
  const atOf = (wanted: string) => happenings.filter(({ what }) => what === wanted).map(({ atMs }) => atMs);
  const killsMs = atOf('redis killed');
  return atOf('redis is back').flatMap((back) => {
    const first = starts.find((start) => start > back);
    return first === undefined || killsMs.some((kill) => kill >= back && kill < first) ? [] : [first - back];
  });
};

const failoversIn = (happenings: readonly Happening[], starts: readonly number[]): RecoveryTimes['failovers'] =>
  happenings.flatMap(({ what, atMs, about }, i) => {
    if (what !== 'Sentinel fails over') return [];
    const over = happenings.slice(i).find((later) => later.what === 'Sentinel has failed over');
    const first = over && starts.find((start) => start > over.atMs);
    return first === undefined ? [] : [{ way: String(about['way']), ms: first - atMs }];
  });

export const medianOf = (numbers: readonly number[]): number | undefined =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
