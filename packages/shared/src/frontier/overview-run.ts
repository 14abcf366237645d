import type { RunSpec, RunStatus } from '../domain/run.ts';
import { statusOf } from './runs.ts';

/** Where a run stands, in one word for a person. */
export type RunStanding =
  | 'feeding'
  | 'draining'
  | 'paused'
  /** Cancelled; lines without an outcome are getting theirs. */
  | 'cancelling'
  | 'cancelled'
  /** Every line has its outcome, and the sinks do not have them all yet. */
  | 'writing'
  | 'finished';

/** What never changes about a run, in a few words. */
export type RunOrigin = {
  /** The source as a person knows it: the path of a file, `stdin`, `3 URLs`. */
  source: string;
  crawl?: string;
  /** The firing that started it, Redis ms. */
  slotMs?: number;
};

/** One run among many: its counters, without its settings. */
export type RunOverview = Omit<RunStatus, 'spec'> & RunOrigin & { standing: RunStanding };

/** Fields of the hash `run:<run>` that an overview is made of. The spec may be large and never changes: not among them. */
export const overviewFields = [
  'state',
  'createdAtMs',
  'firstPushAtMs',
  'lastOutcomeAtMs',
  'finishedAtMs',
  'collectedAtMs',
  'cancelledAtMs',
  'problem',
  'paused',
  'pushed',
  'uncollected',
] as const;

/** @param found values of `overviewFields`, the hash `count:<run>`, the run's lines in the frontier */
export const runOverviewOf = (
  run: string,
  found: { fields: (string | null)[]; count: Record<string, string>; waiting: number; origin: RunOrigin },
): RunOverview => {
  const entries = overviewFields.flatMap((name, i): [string, string][] => {
    const value = found.fields[i];
    return value === null || value === undefined ? [] : [[name, value]];
  });
  const { count, waiting, origin } = found;
  const { spec: _spec, ...status } = statusOf(run, { hash: Object.fromEntries(entries), count, waiting });
  return { ...status, ...origin, standing: standingOf(status) };
};

export const originOf = ({ source, crawl, schedule }: RunSpec): RunOrigin => ({
  source: sourceName(source),
  ...(crawl === undefined ? {} : { crawl: crawl.name }),
  ...(schedule === undefined ? {} : { slotMs: schedule.slotMs }),
});

function sourceName(source: RunSpec['source']): string {
  switch (source.kind) {
    case 'text':
    case 'csv':
    case 'jsonl':
      return source.path;
    case 'stdin':
      return 'stdin';
    case 'urls':
      return source.urls.length === 1 ? '1 URL' : `${source.urls.length} URLs`;
  }
}

function standingOf(status: Omit<RunStatus, 'spec'>): RunStanding {
  const { state, paused, cancelledAtMs, collectedAtMs } = status;
  if (state === 'finished') {
    if (cancelledAtMs !== undefined) return 'cancelled';
    return collectedAtMs === undefined ? 'writing' : 'finished';
  }
  if (cancelledAtMs !== undefined) return 'cancelling';
  return paused ? 'paused' : state;
}
