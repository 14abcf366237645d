import { isFailure } from './outcome-class.ts';
import { decodeSummary } from './outcome-summary.ts';
import type { ReportFigures } from './report-figures.ts';

/**
 * The report as counters that only ever grow, so that batches add up in Redis whatever their order:
 *   status:<n>  reason:<class> <reason>  latency:<bucket>  wireBytes  attempts  retries  at:<second>  failing:<host>
 * Their number does not depend on the length of the run, except for failing hosts, which `acknowledge` limits.
 */
export type ReportCounters = Map<string, number>;

/** @param entries summaries (their text) that were recorded together, and when: ms since the run's first outcome */
export const countersOf = (entries: Iterable<{ atMs: number; summaries: string[] }>): ReportCounters => {
  const counters: ReportCounters = new Map();
  const add = (name: string, n: number): void => {
    if (n > 0) counters.set(name, (counters.get(name) ?? 0) + n);
  };
  for (const { atMs, summaries } of entries) {
    add(`at:${spanAt(atMs / 1000).fromS}`, summaries.length);
    for (const text of summaries) addSummary(text, add);
  }
  return counters;
};

/** Reads the counters back, as Redis gives a hash; counters of a name that is not known are passed over. */
export const readFigures = (stats: Record<string, string>): ReportFigures => {
  const buckets = named(stats, 'latency:').map(([bucket, n]) => ({ bucket: Number(bucket), n }));
  return {
    statuses: Object.fromEntries(named(stats, 'status:')),
    reasons: Object.fromEntries(named(stats, 'reason:')),
    latencyMs: latencyOf(buckets.toSorted((a, b) => a.bucket - b.bucket)),
    wireBytes: Number(stats['wireBytes'] ?? 0),
    attempts: Number(stats['attempts'] ?? 0),
    retries: Number(stats['retries'] ?? 0),
    throughput: throughputOf(named(stats, 'at:').map(([second, n]) => ({ fromS: Number(second), n }))),
  };
};

function addSummary(text: string, add: (name: string, n: number) => void): void {
  const summary = decodeSummary(text);
  add(`reason:${summary.class} ${summary.reason}`, 1);
  if (summary.status > 0) add(`status:${summary.status}`, 1);
  if (summary.attempts > 0) add(`latency:${latencyBucket(summary.totalMs)}`, 1);
  add('attempts', summary.attempts);
  add('retries', summary.attempts - 1);
  add('wireBytes', summary.wireBytes);
  if (summary.host !== '-' && isFailure(summary.class)) add(`failing:${summary.host}`, 1);
}

/** Neighbouring bounds are this far apart: the middle of a bucket is off by less than 5 %. */
const growth = 1.1;
/** 1.1^200 ms are two days: no latency is longer. Bucket -1 holds what took less than a millisecond. */
const lastBucket = 200;

function latencyBucket(ms: number): number {
  return ms < 1 ? -1 : Math.min(lastBucket, Math.floor(Math.log(ms) / Math.log(growth)));
}

function latencyOfBucket(bucket: number): number {
  return bucket < 0 ? 0 : growth ** (bucket + 0.5);
}

function latencyOf(buckets: { bucket: number; n: number }[]): ReportFigures['latencyMs'] {
  const total = buckets.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return undefined;
  const quantile = (share: number): number => {
    let left = Math.ceil(total * share);
    const holder = buckets.find(({ n }) => (left -= n) <= 0);
    return latencyOfBucket(holder?.bucket ?? lastBucket);
  };
  return { p50: quantile(0.5), p90: quantile(0.9), p95: quantile(0.95), p99: quantile(0.99), most: quantile(1) };
}

/** Spans become wider as a run grows old, so that a year of it has some ten thousand. Each width divides the next start. */
const spanWidths = [
  { untilS: 600, widthS: 1 },
  { untilS: 86_400, widthS: 60 },
  { untilS: Number.POSITIVE_INFINITY, widthS: 3600 },
] as const;

/** Clocks may step back between two outcomes: what lies before the first counts to its span. */
function spanAt(second: number): { fromS: number; widthS: number } {
  const atS = Math.max(0, second);
  const widthS = spanWidths.find(({ untilS }) => atS < untilS)?.widthS ?? 3600;
  return { fromS: Math.floor(atS / widthS) * widthS, widthS };
}

const mostSpansShown = 60;

function throughputOf(spans: { fromS: number; n: number }[]): ReportFigures['throughput'] {
  if (spans.length === 0) return [];
  const last = spanAt(Math.max(...spans.map(({ fromS }) => fromS)));
  const endS = last.fromS + last.widthS;
  const widthS = Math.ceil(endS / mostSpansShown / last.widthS) * last.widthS;
  const shown = Array.from({ length: Math.ceil(endS / widthS) }, (_, i) => ({
    fromMs: i * widthS * 1000,
    widthMs: widthS * 1000,
    outcomes: 0,
  }));
  for (const { fromS, n } of spans) {
    const span = shown[Math.floor(fromS / widthS)];
    if (span) span.outcomes += n;
  }
  return shown;
}

/** Fields that begin with the prefix, without it, and their numbers. */
function named(stats: Record<string, string>, prefix: string): [name: string, n: number][] {
  return Object.entries(stats).flatMap(([field, n]) =>
    field.startsWith(prefix) ? [[field.slice(prefix.length), Number(n)] as [string, number]] : [],
  );
}
