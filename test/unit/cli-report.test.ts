import { showClock, showCount, showLength, showRate, showShare, showSize } from '@trawl/shared/domain/quantities.ts';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { expect, test } from 'vitest';
import { bar, joinSpans } from '../../apps/cli/src/report/bar-chart.ts';
import { parseFailOn, whyFailed } from '../../apps/cli/src/report/fail-on.ts';
import { reportText } from '../../apps/cli/src/report/report-text.ts';
import { runReport } from '../../apps/cli/src/report/run-report.ts';
import { coloursOf, noColours } from '../../apps/cli/src/text/colours.ts';
import { runSpecOf } from '../support/run-for-tests.ts';

const statusOf = (change: Partial<RunStatus> = {}): RunStatus => ({
  run: 'shops-1',
  state: 'finished',
  spec: { ...runSpecOf('shops-1'), sinks: [{ kind: 'jsonl', path: '/here/out.jsonl' }] },
  createdAtMs: 0,
  firstPushAtMs: 1000,
  lastOutcomeAtMs: 11_000,
  finishedAtMs: 11_000,
  collectedAtMs: 11_100,
  pushed: 2000,
  recorded: 2000,
  classes: { ok: 1900, 'http-error': 60, 'timed-out': 40 },
  released: 0,
  waiting: 0,
  paused: false,
  uncollected: 0,
  ...change,
});

const figures = {
  statuses: { 200: 1900, 404: 60 },
  reasons: { 'ok status-200': 1900, 'http-error status-404': 60, 'timed-out total': 40 },
  latencyMs: { p50: 120, p90: 300, p95: 400, p99: 900, most: 30_000 },
  wireBytes: 15_000_000,
  attempts: 2080,
  retries: 80,
  throughput: [0, 1, 2, 3].map((i) => ({ fromMs: i * 3000, widthMs: 3000, outcomes: 500 })),
};

const style = { colours: noColours, program: 'trawl', showPath: (path: string) => path.replace('/here/', '') };

const textOf = (change: Partial<RunStatus> = {}) =>
  reportText(
    runReport({ status: statusOf(change), figures, failingHosts: [{ host: 'a.example', failed: 70 }] }),
    style,
  );

test('a report says first that every line has an outcome, and how they ended', () => {
  const text = textOf();
  expect(text).toContain('Run shops-1 finished in 10.0 s, 200 lines a second');
  expect(text).toContain('Every one of the 2,000 input lines has an outcome.');
  expect(text).toMatch(/ok +1,900 +95\.0 % +fetched/);
  expect(text).toMatch(/timed-out +40 +2\.0 %/);
  expect(text).not.toContain('expired');
});

test('a report tells statuses, failures, worst hosts, latency, requests and bytes', () => {
  const text = textOf();
  expect(text).toMatch(/statuses +200: 1,900 +404: 60/);
  expect(text).toMatch(/failures +http-error status-404: 60 +timed-out total: 40/);
  expect(text).toMatch(/worst hosts +a\.example: 70/);
  expect(text).toMatch(/half within 120 ms .*99 % within 900 ms/);
  expect(text).toMatch(/2,080, of which 80 again/);
  expect(text).toContain('14.3 MiB');
});

test('a report ends with where the results are and what to type next', () => {
  expect(textOf().split('\n').slice(-3)).toEqual([
    '  results  out.jsonl',
    '  next     trawl verify shops-1',
    '           trawl results shops-1',
  ]);
});

test('a run that is not finished says what is open and how to go on', () => {
  const { collectedAtMs: _never, ...status } = statusOf({ state: 'draining', recorded: 1500 });
  const text = reportText(runReport({ status, figures, failingHosts: [] }), style);
  expect(text).toContain('500 of the 2,000 input lines have no outcome yet.');
  expect(text).toContain('trawl resume shops-1');
});

test('a report names every class to programs, also those without lines', () => {
  const { classes, failed, durationMs } = runReport({ status: statusOf(), figures, failingHosts: [] });
  expect(classes).toMatchObject({ ok: 1900, expired: 0, crashed: 0 });
  expect(failed).toBe(100);
  expect(durationMs).toBe(10_000);
});

test('the one line of a run and the empty run have sentences of their own', () => {
  expect(textOf({ pushed: 1, recorded: 1, classes: { ok: 1 } })).toContain('The one input line has an outcome.');
  expect(textOf({ pushed: 0, recorded: 0, classes: {} })).toContain('no input lines');
});

test('no line of a report is longer than a terminal of 110 columns', () => {
  const reasons = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`http-error status-${500 + i}`, 30 - i]));
  const failingHosts = Array.from({ length: 20 }, (_, i) => ({
    host: `a-rather-long-name-of-host-${i}.example.com`,
    failed: 9,
  }));
  const text = reportText(runReport({ status: statusOf(), figures: { ...figures, reasons }, failingHosts }), style);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
});

test('a bar is as long as its share, exact to an eighth of a character', () => {
  expect(bar(0.5, 4)).toBe('██  ');
  expect(bar(1 / 32, 4)).toBe('▏   ');
  expect(bar(2, 3)).toBe('███');
});

test('spans are joined without losing an outcome', () => {
  const spans = Array.from({ length: 25 }, (_, i) => ({ fromMs: i * 1000, widthMs: 1000, outcomes: i }));
  const joined = joinSpans(spans, 12);
  expect(joined.length).toBeLessThanOrEqual(12);
  expect(joined.reduce((sum, { outcomes }) => sum + outcomes, 0)).toBe(300);
  expect(joined[1]).toMatchObject({ fromMs: 3000, widthMs: 3000 });
});

const why = (text: string, classes: Record<string, number>) => {
  const condition = parseFailOn(text);
  if ('problem' in condition) throw new Error(condition.problem);
  return whyFailed(condition, classes);
};

test('a condition holds above its limit, not at it', () => {
  expect(why('http-error>10', { ok: 90, 'http-error': 10 })).toBeUndefined();
  expect(why('http-error>10', { ok: 90, 'http-error': 11 })).toBe('--fail-on http-error>10 holds: 11 of 101 lines');
  expect(why('http-error>=10', { 'http-error': 10 })).toBeDefined();
});

test('failed counts all failures, and neither duplicates nor unchanged pages', () => {
  expect(why('failed>0', { ok: 5, duplicate: 3, 'not-modified': 2 })).toBeUndefined();
  expect(why('failed', { invalid: 1 })).toBeDefined();
});

test('a condition in percent is of all lines', () => {
  expect(why('failed>5%', { ok: 95, expired: 5 })).toBeUndefined();
  expect(why('failed > 5 %', { ok: 94, expired: 6 })).toContain('6.0 %');
  expect(why('failed>5%', {})).toBeUndefined();
});

test('a condition that makes no sense is a problem with a suggestion', () => {
  expect(parseFailOn('http-eror>1')).toEqual({ problem: expect.stringContaining('did you mean http-error?') });
  expect(parseFailOn('failed<5')).toHaveProperty('problem');
  expect(parseFailOn('')).toHaveProperty('problem');
});

test('quantities read as a person says them', () => {
  expect([0, 999, 1000, 1234567].map(showCount)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([12, 999, 1500, 59_949, 59_999, 3_599_000, 3_600_000, 90_000_000].map(showLength)).toEqual([
    '12 ms',
    '999 ms',
    '1.5 s',
    '59.9 s',
    '1 min 00 s',
    '59 min 59 s',
    '1 h 00 min',
    '1 d 1 h',
  ]);
  expect([7000, 754_000, 3_723_000].map(showClock)).toEqual(['0:07', '12:34', '1:02:03']);
  expect([512, 1024, 15_000_000].map(showSize)).toEqual(['512 B', '1.0 KiB', '14.3 MiB']);
  expect([1630.4, 4.25, 0.25].map(showRate)).toEqual(['1,630/s', '4.3/s', '0.25/s']);
});

test('a share is 100 or 0 percent only where that is true', () => {
  expect([
    showShare(0, 9),
    showShare(9, 9),
    showShare(1, 100_000),
    showShare(99_999, 100_000),
    showShare(1, 3),
  ]).toEqual(['0 %', '100 %', '< 0.1 %', '> 99.9 %', '33.3 %']);
});

test('colours are for terminals, and not for those who do not want them', () => {
  const red = (screen: { isTTY?: boolean }, variables: Record<string, string>) => coloursOf(screen, variables).red('x');
  expect(red({ isTTY: true }, {})).toBe('\u001b[31mx\u001b[0m');
  expect(red({ isTTY: true }, { NO_COLOR: '1' })).toBe('x');
  expect(red({ isTTY: true }, { TERM: 'dumb' })).toBe('x');
  expect(red({}, {})).toBe('x');
});
