import { outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';
import {
  showClock,
  showCount,
  showLength,
  showNumberOf,
  showRate,
  showShare,
  showSize,
} from '@trawl/shared/domain/quantities.ts';
import type { Colours } from '../text/colours.ts';
import { inColumns } from '../text/columns.ts';
import { bar, joinSpans } from './bar-chart.ts';
import { classMeanings } from './class-meanings.ts';
import type { RunReport } from './run-report.ts';

export type ReportStyle = {
  colours: Colours;
  /** How the reader calls Trawl, for what to type next. */
  program: string;
  /** A path as the reader would type it. */
  showPath: (path: string) => string;
};

const mostReasons = 8;
const mostHosts = 5;
const chartRows = 12;
const chartWidth = 40;

/** A run's report for a person, without a line break at its end. */
export const reportText = (report: RunReport, style: ReportStyle): string =>
  [heading(report, style), classRows(report, style), figureRows(report), chart(report), whereToGo(report, style)]
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');

function heading(report: RunReport, { colours }: ReportStyle): string[] {
  const { durationMs, urlsPerSecond } = report;
  const took = durationMs === undefined ? '' : ` in ${showLength(durationMs)}`;
  const speed = urlsPerSecond === undefined ? '' : `, ${showCount(urlsPerSecond)} lines a second`;
  return [
    `${colours.bold(`Run ${report.run}`)} ${stateWordsOf(report)}${took}${speed}`,
    '',
    ...(report.problem === undefined ? [] : [colours.red(`  Its source was not read to the end: ${report.problem}`)]),
    accounting(report, { colours }),
  ];
}

const stateWords: Record<RunReport['state'], string> = {
  feeding: 'is being fed',
  draining: 'is under way',
  finished: 'has all outcomes, not all of them are in the sinks yet',
  collected: 'finished',
};

const stateWordsOf = ({ state, paused, cancelled }: RunReport): string => {
  if (cancelled) return state === 'collected' ? 'was cancelled' : 'is being cancelled';
  return paused ? 'is paused' : stateWords[state];
};

/** The promise of Trawl, kept or on its way. */
function accounting(report: RunReport, { colours }: Pick<ReportStyle, 'colours'>): string {
  const { inputLines, inputIsComplete, open } = report;
  if (inputIsComplete && open === 0) {
    if (inputLines === 0) return colours.yellow('  The source holds no input lines.');
    const all = inputLines === 1 ? 'The one input line' : `Every one of the ${showCount(inputLines)} input lines`;
    return colours.green(`  ${all} has an outcome.`);
  }
  const soFar = inputIsComplete ? '' : ' read so far';
  return colours.yellow(
    `  ${showCount(open)} of the ${showNumberOf(inputLines, 'input line')}${soFar} have no outcome yet.`,
  );
}

function classRows(report: RunReport, { colours }: ReportStyle): string[] {
  const present = outcomeClasses.filter((each) => report.classes[each] > 0);
  const rows = present.map((each) => [
    each,
    showCount(report.classes[each]),
    showShare(report.classes[each], report.recorded),
    classMeanings[each],
  ]);
  return inColumns(rows, { right: [1, 2] }).map((line, i) => {
    if (present[i] === 'ok' || present[i] === 'not-modified') return colours.green(line);
    return present[i] === 'duplicate' ? line : colours.red(line);
  });
}

function figureRows(report: RunReport): string[] {
  const { latencyMs, attempts, retries, wireBytes, failingHosts } = report;
  const reasons = ranked(report.reasons).filter(([reason]) => !/^(ok|not-modified|duplicate) /.test(reason));
  const rows: [string, string[]][] = [
    ['statuses', ranked(report.statuses).map(([status, n]) => `${status}: ${showCount(n)}`)],
    ['failures', shortened(reasons, mostReasons).map(([reason, n]) => `${reason}: ${showCount(n)}`)],
    ['worst hosts', failingHosts.slice(0, mostHosts).map(({ host, failed }) => `${host}: ${showCount(failed)}`)],
    ['latency', latencyMs === undefined ? [] : latencyWords(latencyMs)],
    [
      'requests',
      attempts === 0 ? [] : [`${showCount(attempts)}, of which ${showCount(retries)} again after a failure`],
    ],
    ['received', wireBytes === 0 ? [] : [showSize(wireBytes)]],
  ];
  return inColumns(rows.flatMap(([name, values]) => inLines(values).map((line, i) => [i === 0 ? name : '', line])));
}

/** As many values on a line as a terminal of 100 columns takes beside their name. */
function inLines(values: string[]): string[] {
  const lines: string[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + value.length <= 80) lines[lines.length - 1] = `${last}   ${value}`;
    else lines.push(value);
  }
  return lines;
}

function latencyWords({ p50, p90, p95, p99, most }: NonNullable<RunReport['latencyMs']>): string[] {
  const named = { half: p50, '90 %': p90, '95 %': p95, '99 %': p99, longest: most };
  return Object.entries(named).map(([name, ms]) =>
    name === 'longest' ? `longest ${showLength(ms)}` : `${name} within ${showLength(ms)}`,
  );
}

function ranked(counts: Record<string, number>): [name: string, n: number][] {
  return Object.entries(counts).sort(([, a], [, b]) => b - a);
}

function shortened(counts: [string, number][], most: number): [string, number][] {
  const rest = counts.slice(most).reduce((sum, [, n]) => sum + n, 0);
  return rest === 0 ? counts : [...counts.slice(0, most), ['others', rest]];
}

function chart({ throughput }: RunReport): string[] {
  const spans = joinSpans(throughput, chartRows);
  const most = Math.max(...spans.map(({ outcomes }) => outcomes));
  if (spans.length < 2 || most === 0) return [];
  const rows = spans.map(({ fromMs, widthMs, outcomes }) => [
    showClock(fromMs),
    bar(outcomes / most, chartWidth),
    showRate(outcomes / (widthMs / 1000)),
  ]);
  return ['  outcomes a second, over the run', ...inColumns(rows, { right: [0, 2] })];
}

function whereToGo({ run, sinks, state }: RunReport, { program, showPath }: ReportStyle): string[] {
  const places = sinks.map((sink) => {
    if (sink.kind === 'redis') return 'kept in Redis';
    return sink.path === '-' ? 'written to stdout' : showPath(sink.path);
  });
  const areKept = sinks.some((sink) => sink.kind === 'redis' || sink.path !== '-');
  const next = state === 'collected' ? ['verify', ...(areKept ? ['results'] : [])] : ['resume', 'status'];
  return inColumns([
    ...places.map((place, i) => [i === 0 ? 'results' : '', place]),
    ...next.map((command, i) => [i === 0 ? 'next' : '', `${program} ${command} ${run}`]),
  ]);
}
