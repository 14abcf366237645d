import type { RunOverview } from './overview-run.ts';

/** How fast a run goes, from the difference between looks. */
export type RunPace = {
  /** Outcomes a second over the last seconds. */
  perSecond: number;
  /** Until the last outcome at the pace of a longer while; absent while it cannot be told. */
  etaMs?: number;
};

/** Long enough that the number can be read, short enough that it is now. */
const rateOverMs = 4000;
/** A forecast from a longer time jumps about less. */
const forecastOverMs = 20_000;

type Look = { atMs: number; recorded: number };

/** Remembers the last looks at each run. A run that was looked at once has no pace yet. */
export const createPaceMeter = () => {
  const looksOf = new Map<string, Look[]>();

  return (runs: RunOverview[], nowMs: number): Map<string, RunPace> => {
    const names = new Set(runs.map(({ run }) => run));
    for (const run of looksOf.keys()) if (!names.has(run)) looksOf.delete(run);
    return new Map(
      runs.flatMap((status): [string, RunPace][] => {
        const looks = withLook(looksOf.get(status.run) ?? [], { atMs: nowMs, recorded: status.recorded });
        looksOf.set(status.run, looks);
        return looks.length < 2 ? [] : [[status.run, paceOf(status, looks)]];
      }),
    );
  };
};

/** Drops looks that no forecast needs any more, and all of them when the clock or the ledger went back (Redis lost its tail). */
function withLook(looks: Look[], look: Look): Look[] {
  const last = looks.at(-1);
  if (last !== undefined && (look.atMs <= last.atMs || look.recorded < last.recorded)) return [look];
  const needed = looks.filter(({ atMs }) => look.atMs - atMs <= forecastOverMs + rateOverMs);
  return [...needed, look];
}

function paceOf({ state, pushed, recorded, paused }: RunOverview, looks: Look[]): RunPace {
  const perSecond = rateOver(looks, rateOverMs);
  const forecast = rateOver(looks, forecastOverMs);
  if (state !== 'draining' || paused || forecast <= 0) return { perSecond };
  return { perSecond, etaMs: ((pushed - recorded) / forecast) * 1000 };
}

function rateOver(looks: Look[], spanMs: number): number {
  const now = looks.at(-1);
  const then = looks.findLast(({ atMs }) => now !== undefined && now.atMs - atMs >= spanMs) ?? looks[0];
  if (now === undefined || then === undefined || now.atMs === then.atMs) return 0;
  return ((now.recorded - then.recorded) * 1000) / (now.atMs - then.atMs);
}
