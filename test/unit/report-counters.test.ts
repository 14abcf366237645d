import { encodeSummary, type OutcomeSummary } from '@trawl/shared/domain/outcome-summary.ts';
import { countersOf, type ReportCounters, readFigures } from '@trawl/shared/domain/report-counters.ts';
import { describe, expect, test } from 'vitest';

const ok: OutcomeSummary = {
  seq: 0,
  class: 'ok',
  reason: 'status-200',
  status: 200,
  attempts: 1,
  totalMs: 20,
  wireBytes: 10,
  host: 'h:80',
};

const countersFor = (changes: Partial<OutcomeSummary>[], atMs = 0): ReportCounters =>
  countersOf([{ atMs, summaries: changes.map((change) => encodeSummary({ ...ok, ...change })) }]);

/** As Redis keeps them after any number of batches. */
const statsOf = (...batches: ReportCounters[]): Record<string, string> => {
  const sums = new Map<string, number>();
  for (const batch of batches) for (const [name, n] of batch) sums.set(name, (sums.get(name) ?? 0) + n);
  return Object.fromEntries([...sums].map(([name, n]) => [name, String(n)]));
};

describe('counters', () => {
  test('of a batch name what happened, and how often', () => {
    const failed = { class: 'http-error', reason: 'status-404', status: 404, attempts: 3, wireBytes: 0 } as const;
    expect(Object.fromEntries(countersFor([{}, {}, failed]))).toEqual({
      'at:0': 3,
      'reason:ok status-200': 2,
      'reason:http-error status-404': 1,
      'status:200': 2,
      'status:404': 1,
      'latency:31': 3,
      attempts: 5,
      retries: 2,
      wireBytes: 20,
      'failing:h:80': 1,
    });
  });

  test('of a line that asked no host say nothing about hosts and latency', () => {
    const invalid = {
      class: 'invalid',
      reason: 'not-a-url',
      status: 0,
      attempts: 0,
      totalMs: 0,
      wireBytes: 0,
      host: '-',
    } as const;
    expect(Object.fromEntries(countersFor([invalid]))).toEqual({ 'at:0': 1, 'reason:invalid not-a-url': 1 });
  });

  test('of a year are few, whatever it brings', () => {
    const names = new Set<string>();
    for (let minute = 0; minute < 60 * 24 * 365; minute += 10)
      for (const name of countersFor([{ totalMs: minute * 977 }], minute * 60_000).keys()) names.add(name);
    expect(names.size).toBeLessThan(11_000);
  });
});

describe('figures', () => {
  test('of no counters are empty', () => {
    expect(readFigures({})).toEqual({
      statuses: {},
      reasons: {},
      latencyMs: undefined,
      wireBytes: 0,
      attempts: 0,
      retries: 0,
      throughput: [],
    });
  });

  test('are the same whether the records came in one batch or in many', () => {
    const many = Array.from({ length: 50 }, (_, i) => ({ totalMs: i * i, wireBytes: i, status: 200 + (i % 3) }));
    expect(readFigures(statsOf(...many.map((one) => countersFor([one]))))).toEqual(
      readFigures(statsOf(countersFor(many))),
    );
  });

  test('give latencies within 5 % of the true ones', () => {
    const times = Array.from({ length: 1000 }, (_, i) => ({ totalMs: Math.round(1.012 ** i) }));
    const figures = readFigures(statsOf(countersFor(times)));
    const truth = { p50: 500, p90: 900, p95: 950, p99: 990, most: 1000 };
    for (const [name, rank] of Object.entries(truth)) {
      const expected = times[rank - 1]?.totalMs ?? 0;
      const got = figures.latencyMs?.[name as keyof typeof truth] ?? 0;
      expect(Math.abs(got - expected) / expected).toBeLessThanOrEqual(0.05);
    }
  });

  test.each([
    ['a second', 999, 1, 1000],
    ['a minute', 59_999, 60, 1000],
    ['ten minutes', 599_999, 60, 10_000],
    ['ten minutes and one', 600_000, 11, 60_000],
    ['two hours', 7_199_999, 60, 120_000],
    ['a day', 86_399_999, 60, 24 * 60_000],
    ['a week', 7 * 86_400_000 - 1, 56, 3 * 3_600_000],
  ])('show %s in at most sixty spans of one width', (_, lastMs, spans, widthMs) => {
    const { throughput } = readFigures(
      statsOf(countersFor([{}, {}], 0), countersFor([{}], lastMs / 2), countersFor([{}], lastMs)),
    );
    expect(throughput).toHaveLength(spans);
    expect(throughput.map((span) => span.fromMs)).toEqual(throughput.map((__, i) => i * widthMs));
    expect(new Set(throughput.map((span) => span.widthMs))).toEqual(new Set([widthMs]));
    expect(throughput.reduce((sum, { outcomes }) => sum + outcomes, 0)).toBe(4);
    expect(throughput.at(-1)?.outcomes).toBeGreaterThanOrEqual(1);
  });

  test('count an outcome before the first one to the first span', () => {
    expect(readFigures(statsOf(countersFor([{}], -5))).throughput).toEqual([{ fromMs: 0, widthMs: 1000, outcomes: 1 }]);
  });
});
