import { isFailure, type OutcomeClass, outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';
import type { ReportFigures } from '@trawl/shared/domain/report-figures.ts';
import type { RunState, RunStatus, SinkSpec, SourceSpec } from '@trawl/shared/domain/run.ts';

/** Everything that is said of a run, as `--json` gives it. Durations in ms, sizes in bytes, times in ISO 8601. */
export type RunReport = {
  run: string;
  state: RunState | 'collected';
  paused: boolean;
  cancelled: boolean;
  /** Why the source could not be read to its end. */
  problem?: string;
  source: Omit<SourceSpec, 'urls'>;
  sinks: SinkSpec[];
  createdAt: string;
  finishedAt?: string;
  /** From the first push to the last outcome; absent before there was one. */
  durationMs?: number;
  /** Lines read so far; all of them once `inputIsComplete`. */
  inputLines: number;
  inputIsComplete: boolean;
  recorded: number;
  /** Lines that have no outcome yet. */
  open: number;
  failed: number;
  /** Every class is named. */
  classes: Record<OutcomeClass, number>;
  urlsPerSecond?: number;
  /** The worst first. */
  failingHosts: { host: string; failed: number }[];
} & ReportFigures;

export type ReportParts = {
  status: RunStatus;
  figures: ReportFigures;
  failingHosts: { host: string; failed: number }[];
};

export const runReport = ({ status, figures, failingHosts }: ReportParts): RunReport => {
  const classes = Object.fromEntries(
    outcomeClasses.map((each) => [each, status.classes[each] ?? 0]),
  ) as RunReport['classes'];
  const durationMs = durationOf(status);
  return {
    run: status.run,
    state: status.collectedAtMs === undefined ? status.state : 'collected',
    paused: status.paused,
    cancelled: status.cancelledAtMs !== undefined,
    ...(status.problem === undefined ? {} : { problem: status.problem }),
    source: withoutUrls(status.spec.source),
    sinks: status.spec.sinks,
    createdAt: new Date(status.createdAtMs).toISOString(),
    ...(status.finishedAtMs === undefined ? {} : { finishedAt: new Date(status.finishedAtMs).toISOString() }),
    ...(durationMs === undefined ? {} : { durationMs }),
    inputLines: status.pushed,
    inputIsComplete: status.state !== 'feeding',
    recorded: status.recorded,
    open: status.pushed - status.recorded,
    failed: outcomeClasses.filter(isFailure).reduce((sum, each) => sum + classes[each], 0),
    classes,
    ...(durationMs === undefined || durationMs === 0 ? {} : { urlsPerSecond: status.recorded / (durationMs / 1000) }),
    failingHosts,
    ...figures,
  };
};

function durationOf({ firstPushAtMs, lastOutcomeAtMs }: RunStatus): number | undefined {
  if (firstPushAtMs === undefined || lastOutcomeAtMs === undefined) return undefined;
  return Math.max(0, lastOutcomeAtMs - firstPushAtMs);
}

function withoutUrls(source: SourceSpec): RunReport['source'] {
  return source.kind === 'urls' ? { kind: 'urls' } : source;
}
