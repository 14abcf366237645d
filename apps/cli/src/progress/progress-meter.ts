import { isFailure, type OutcomeClass, outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';
import type { RunStatus } from '@trawl/shared/domain/run.ts';

/** A run's progress at one moment. Durations in ms. */
export type Progress = {
  /** Lines with an outcome. */
  done: number;
  /** Lines read so far. */
  pushed: number;
  /** All lines of the run; absent while the source is still being read. */
  total?: number;
  /** Outcomes a second over the last seconds. */
  ratePerSecond: number;
  /** URLs that left the frontier and have no outcome, over all runs that share the Redis. */
  inFlight: number;
  /** Requests that were made again after a failure, of the lines whose records are written. */
  retries: number;
  failed: number;
  /** The most frequent first. */
  failures: [OutcomeClass, number][];
  /** Records that no sink has yet. */
  uncollected: number;
  elapsedMs: number;
  halt?: 'paused' | 'cancelled';
  /** Absent while it cannot be told. */
  etaMs?: number;
};

/** One look at a run's counters. */
export type RunLook = RunStatus & { retries: number };

/** Long enough that the number can be read, short enough that it is now. */
const rateOverMs = 3000;
/** A forecast from a longer time jumps about less. */
const forecastOverMs = 20_000;

/** Turns looks at a run's counters into rates and a forecast. Times are those of one clock that does not step back. */
export const createProgressMeter = () => {
  const looks: { atMs: number; done: number }[] = [];
  let startedAtMs: number | undefined;

  const rateOver = (spanMs: number): number => {
    const now = looks.at(-1);
    if (now === undefined) return 0;
    const then = looks.findLast(({ atMs }) => now.atMs - atMs >= spanMs) ?? looks[0] ?? now;
    return now.atMs === then.atMs ? 0 : ((now.done - then.done) * 1000) / (now.atMs - then.atMs);
  };

  return (status: RunLook, nowMs: number): Progress => {
    startedAtMs ??= nowMs;
    if (looks.length === 1 && looks[0]?.done === status.recorded) looks.pop(); // nothing moves yet: no rate to average with
    looks.push({ atMs: nowMs, done: status.recorded });
    while (looks.length > 2 && nowMs - (looks[1]?.atMs ?? nowMs) >= forecastOverMs) looks.shift();
    const total = status.state === 'feeding' ? undefined : status.pushed;
    const etaMs = forecast(total, status.recorded, rateOver(forecastOverMs));
    const failures = outcomeClasses
      .map((each): [OutcomeClass, number] => [each, status.classes[each] ?? 0])
      .filter(([each, n]) => isFailure(each) && n > 0)
      .sort(([, a], [, b]) => b - a);
    return {
      done: status.recorded,
      pushed: status.pushed,
      ...(total === undefined ? {} : { total }),
      ratePerSecond: rateOver(rateOverMs),
      inFlight: status.released,
      retries: status.retries,
      failed: failures.reduce((sum, [, n]) => sum + n, 0),
      failures,
      uncollected: status.uncollected,
      elapsedMs: nowMs - startedAtMs,
      ...haltOf(status),
      ...(etaMs === undefined ? {} : { etaMs }),
    };
  };
};

function haltOf({ paused, cancelledAtMs }: RunStatus): Pick<Progress, 'halt'> {
  if (cancelledAtMs !== undefined) return { halt: 'cancelled' };
  return paused ? { halt: 'paused' } : {};
}

function forecast(total: number | undefined, done: number, perSecond: number): number | undefined {
  if (total === undefined || perSecond <= 0) return undefined;
  return ((total - done) / perSecond) * 1000;
}
