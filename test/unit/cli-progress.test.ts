import { expect, test } from 'vitest';
import { progressLine, progressSentence } from '../../apps/cli/src/progress/progress-line.ts';
import { createProgressMeter, type Progress, type RunLook } from '../../apps/cli/src/progress/progress-meter.ts';
import { createProgressDisplay, progressMode } from '../../apps/cli/src/progress/show-progress.ts';
import { createStandstillTeller } from '../../apps/cli/src/progress/tell-standstill.ts';
import { coloursOf, noColours } from '../../apps/cli/src/text/colours.ts';
import { runSpecOf } from '../support/run-for-tests.ts';
import { screenForTests, shellForTests } from '../support/shell-for-tests.ts';

const statusOf = (change: Partial<RunLook>): RunLook => ({
  run: 'a',
  state: 'draining',
  spec: runSpecOf('a'),
  createdAtMs: 0,
  pushed: 1000,
  recorded: 0,
  classes: {},
  released: 0,
  waiting: 0,
  paused: false,
  uncollected: 0,
  retries: 0,
  ...change,
});

const progressOf = (change: Partial<Progress> = {}): Progress => ({
  done: 1234,
  pushed: 2000,
  total: 2000,
  ratePerSecond: 310,
  inFlight: 256,
  retries: 0,
  failed: 56,
  failures: [
    ['http-error', 40],
    ['timed-out', 16],
  ],
  uncollected: 0,
  elapsedMs: 4000,
  etaMs: 2470,
  ...change,
});

test('the rate is that of the last seconds, the forecast that of a longer time', () => {
  const measure = createProgressMeter();
  for (let second = 0; second <= 10; second += 1) measure(statusOf({ recorded: second * 10 }), second * 1000);
  const progress = [11, 12, 13]
    .map((second) => measure(statusOf({ recorded: 100 + (second - 10) * 100 }), second * 1000))
    .at(-1);
  expect(progress?.ratePerSecond).toBeCloseTo(100);
  expect(progress?.etaMs).toBeCloseTo(((1000 - 400) / (400 / 13)) * 1000);
});

test('the time before the first outcome does not lower the rate', () => {
  const measure = createProgressMeter();
  for (let second = 0; second <= 2; second += 1) measure(statusOf({}), second * 1000);
  expect(measure(statusOf({ recorded: 100 }), 3000).ratePerSecond).toBeCloseTo(100);
});

test('retries are told once there are some, and a run that has not begun says so', () => {
  expect(progressSentence(progressOf({ retries: 1200 }))).toMatch(/, 1,200 retries$/);
  const { total: _unknown, ...begun } = progressOf({ pushed: 0, done: 0 });
  expect(progressSentence(begun)).toBe('0 of 0 read so far, starting');
});

test('the total is unknown while the source is being read', () => {
  const progress = createProgressMeter()(statusOf({ state: 'feeding', pushed: 500, recorded: 20 }), 0);
  expect(progress).toMatchObject({ done: 20, pushed: 500, ratePerSecond: 0 });
  expect(progress).not.toHaveProperty('total');
  expect(progress).not.toHaveProperty('etaMs');
});

test('failures are counted by class, the most frequent first; duplicates are none', () => {
  const classes = { ok: 5, duplicate: 3, invalid: 1, 'http-error': 4 };
  expect(createProgressMeter()(statusOf({ classes }), 0)).toMatchObject({
    failed: 5,
    failures: [
      ['http-error', 4],
      ['invalid', 1],
    ],
  });
});

test('the line of a terminal tells done, total, rate, time left, in flight and failures', () => {
  expect(progressLine(progressOf(), { columns: 200, colours: noColours })).toBe(
    '████████████▍░░░░░░░ 1,234/2,000 61%  310/s  0:02 left  256 in flight  56 failed (http-error 40, timed-out 16)',
  );
});

test('the line of a terminal is never longer than the terminal is wide, colours not counted', () => {
  const colours = coloursOf({ isTTY: true }, {});
  for (let columns = 1; columns < 130; columns += 1) {
    // oxlint-disable-next-line no-control-regex -- the escapes of a terminal are what is looked for
    const line = progressLine(progressOf(), { columns, colours }).replaceAll(/\u001b\[\d+m/g, '');
    expect(line.length).toBeLessThan(columns);
  }
});

test('a run that is still fed tells how much was read', () => {
  const { total: _unknown, etaMs: _none, ...feeding } = progressOf({ pushed: 5000 });
  expect(progressSentence(feeding)).toContain('1,234 of 5,000 read so far');
});

test('a run whose lines are all done tells what is left to write', () => {
  expect(progressSentence(progressOf({ done: 2000, uncollected: 12 }))).toBe(
    '2,000 of 2,000 (100 %), writing 12 records',
  );
});

test('a log gets a line every five seconds, not more', () => {
  const { shell, clock, stderr } = shellForTests();
  const display = createProgressDisplay('plain', shell);
  for (clock.nowMs = 0; clock.nowMs < 16_000; clock.nowMs += 200) display.show(progressOf());
  expect(stderr.text().split('\n').filter(Boolean)).toHaveLength(3);
});

test('JSON events are one object a line on stdout', () => {
  const { shell, clock, stdout } = shellForTests();
  const display = createProgressDisplay('json', shell);
  for (clock.nowMs = 0; clock.nowMs < 2500; clock.nowMs += 200) display.show(progressOf());
  const events = stdout
    .text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ event: 'progress', done: 1234, total: 2000, failures: { 'http-error': 40 } });
});

test('a message on a terminal stands above the line of progress, which is gone at the end', () => {
  const stderr = screenForTests({ isTTY: true, columns: 80 });
  const { shell } = shellForTests({ stderr });
  const display = createProgressDisplay('terminal', shell);
  display.show(progressOf());
  const before = stderr.text().length;
  display.notice('worker-1 ended');
  expect(stderr.text().slice(before)).toContain('\r\u001b[2Kworker-1 ended\n');
  expect(stderr.text().slice(before)).toMatch(/ended\n.*1,234/);
  display.end();
  expect(stderr.text().endsWith('\r\u001b[2K')).toBe(true);
});

test('the way of speaking follows the terminal and the wishes', () => {
  const terminal = shellForTests({ stderr: screenForTests({ isTTY: true }) }).shell;
  const log = shellForTests().shell;
  expect(progressMode(terminal, { json: false, quiet: false })).toBe('terminal');
  expect(progressMode(log, { json: false, quiet: false })).toBe('plain');
  expect(progressMode(terminal, { json: true, quiet: false })).toBe('json');
  expect(progressMode(terminal, { json: false, quiet: true })).toBe('quiet');
});

test('records that wait while nothing moves are explained by what the collector complains of, once each time', async () => {
  const told: string[] = [];
  let nowMs = 0;
  const notice = (text: string) => void told.push(text);
  const tell = createStandstillTeller({ readComplaint: async () => 'disk full', notice, now: () => nowMs });
  const look = async (atMs: number, recorded: number, uncollected: number) => {
    nowMs = atMs;
    tell(statusOf({ recorded, uncollected }));
    await Promise.resolve();
  };
  await look(0, 10, 5);
  await look(14_000, 10, 5);
  await look(15_000, 11, 5);
  await look(29_000, 11, 5);
  expect(told).toEqual([]);
  for (const atMs of [31_000, 40_000, 90_000]) await look(atMs, 11, 5);
  expect(told).toEqual([expect.stringContaining('disk full')]);
  await look(100_000, 11, 0);
  await look(200_000, 11, 0);
  expect(told).toHaveLength(1);
});
