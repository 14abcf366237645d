import { fleetMetrics } from '@trawl/shared/frontier/fleet-metrics.ts';
import { openMeter } from '@trawl/shared/platform/health/meter.ts';
import type { Metric, MetricTable } from '@trawl/shared/platform/health/metric.ts';
import { processMetrics } from '@trawl/shared/platform/health/process-metrics.ts';
import { expect, test } from 'vitest';
import { collectorMetrics } from '../../apps/collector/src/metrics/collector-metrics.ts';
import { producerMetrics } from '../../apps/producer/src/metrics/producer-metrics.ts';
import { workerMetrics } from '../../apps/worker/src/metrics/worker-metrics.ts';
import { type LogCall, logCallsOf } from '../support/log-calls.ts';
import { readFromRoot, readSourceFiles, tableOf } from '../support/repository-files.ts';

const page = readFromRoot('docs/operating.md');

const tables: [processes: string, table: MetricTable][] = [
  ['worker', workerMetrics],
  ['producer', producerMetrics],
  ['collector', collectorMetrics],
  ['all', processMetrics],
];

/** One row of the page per metric, as the code has it: name, type, labels, processes, meaning. */
const metricRows = (): string[] => {
  const all = new Map<string, { metric: Metric; processes: string[] }>();
  for (const [process, table] of tables)
    for (const metric of Object.values(table)) {
      const row = all.get(metric.name) ?? { metric, processes: [] };
      row.processes.push(process);
      all.set(metric.name, row);
    }
  return [...all.values()].map(({ metric, processes }) =>
    [`\`${metric.name}\``, typeOf(metric), labelsOf(metric), processes.join(', '), metric.help].join(' | '),
  );
};

const typeOf = ({ kind }: Metric) => (kind === 'info' ? 'gauge' : kind.replace('-by', ''));

const labelsOf = (metric: Metric): string => {
  if (metric.kind === 'info') return metric.labels.map((label) => `\`${label}\``).join(', ');
  if (!('label' in metric)) return '';
  return `\`${metric.label.name}\`: ${metric.label.values.map((value) => `\`${value}\``).join(', ')}`;
};

test('docs/operating.md has a row for every metric, says of it what the code says, and knows no other', () => {
  const documented = tableOf(page, 'metric').map((cells) => cells.slice(0, 5).join(' | '));
  expect(documented.toSorted()).toEqual(metricRows().sort());
});

test('what a process really shows are the metrics of its tables', async () => {
  for (const [, table] of tables) {
    const { page: show } = await openMeter(table, () => undefined);
    const shown = [...(await show()).text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    expect(shown).toEqual(Object.values(table).map((metric) => `${metric.name} ${typeOf(metric)}`));
  }
  expect(Object.keys(producerMetrics)).toEqual(expect.arrayContaining(Object.keys(fleetMetrics)));
});

test('every metric of the alert rules and the text exists', () => {
  const names = new Set(tables.flatMap(([, table]) => Object.values(table).map(({ name }) => name)));
  const mentioned = [...page.matchAll(/\b(?:trawl|process|nodejs)_[a-z_]+\b/g)].map(([name]) => name);
  const unknown = mentioned.filter((name) => !names.has(name) && !names.has(name.replace(/_(bucket|sum|count)$/, '')));
  expect(unknown).toEqual([]);
  expect(page).toContain('expr:');
});

const calls = readSourceFiles('{apps,packages}/*/src/**/*.ts').flatMap(logCallsOf);

const processOf = ({ path }: LogCall) => (path.startsWith('apps/') ? (path.split('/')[1] ?? '') : 'all');

/** One row of the page per message and level: message, level, processes, fields. */
const messageRows = (): string[] => {
  const byMessage = Map.groupBy(calls, ({ message, level }) => `\`${message}\` | ${level}`);
  return [...byMessage].map(([words, places]) => {
    const processes = [...new Set(places.map(processOf))].sort();
    const fields = [...new Set(places.flatMap(({ fields: each }) => each))].sort();
    const where = processes.includes('all') ? 'all' : processes.join(', ');
    return [words, where, fields.map((field) => `\`${field}\``).join(', ')].join(' | ');
  });
};

test('every log message is a constant', () => {
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter(({ message }) => message === undefined)).toEqual([]);
});

test('docs/operating.md has a row for every log message, with its level and its fields, and knows no other', () => {
  const documented = tableOf(page, 'message').map((cells) => cells.slice(0, 4).join(' | '));
  expect(documented.toSorted()).toEqual(messageRows().sort());
});

test('a call that logs is recognised however it is written', () => {
  const text = [
    '  log.warn({ err: error, run: job.run, ...rest({ a, b }) }, \'it (really) broke, "again"\');',
    "  tools.log.info('begun');",
    '  log.error(',
    '    { sizeBytes: Number(x), port },',
    "    'over several lines',",
    '  );',
    '  log.debug(fields, message);',
    " * log.info({ run }, 'in a comment')",
  ].join('\n');
  expect(logCallsOf({ path: 'p', text, imports: [] })).toEqual([
    { path: 'p', level: 'warn', message: 'it (really) broke, "again"', fields: ['err', 'run'] },
    { path: 'p', level: 'info', message: 'begun', fields: [] },
    { path: 'p', level: 'error', message: 'over several lines', fields: ['sizeBytes', 'port'] },
    { path: 'p', level: 'debug', message: undefined, fields: [] },
  ]);
});
