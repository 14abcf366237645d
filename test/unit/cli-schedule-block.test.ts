import { expect, test } from 'vitest';
import { runFlags } from '../../apps/cli/src/commands/flags.ts';
import { readCrawlFile } from '../../apps/cli/src/crawl-file/read-crawl-file.ts';
import { readScheduleBlock } from '../../apps/cli/src/crawl-file/schedule-block.ts';

const nowMs = Date.UTC(2026, 0, 1);

const read = (...lines: string[]) => {
  const text = ['source: a.txt', 'schedule:', ...lines.map((line) => `  ${line}`)].join('\n');
  const { schedule, problems } = readCrawlFile(runFlags, { name: 'c.yaml', path: '/c.yaml', text });
  if (schedule === undefined) throw new Error('no schedule was found');
  const block = readScheduleBlock(schedule, nowMs);
  return { ...block, ofFile: problems, problems: block.problems.map(({ line, message }) => `${line}: ${message}`) };
};

test('an interval, or a pattern in a zone, with what is said about it', () => {
  expect(read('every: 15m')).toEqual({
    terms: { timing: { kind: 'every', everyMs: 900_000 }, jitterMs: 0, overlap: 'skip' },
    problems: [],
    ofFile: [],
  });
  const lines = ['pattern: 0 6 * * 1-5', 'tz: Europe/Berlin', 'limit: 3', 'overlap: cancel-previous', 'jitter: 2m'];
  expect(read(...lines, 'start: 2026-02-01', 'end: 2026-03-01T00:00:00+01:00')).toMatchObject({
    terms: {
      timing: { kind: 'pattern', pattern: '0 6 * * 1-5', tz: 'Europe/Berlin' },
      limit: 3,
      startMs: Date.UTC(2026, 1, 1),
      endMs: Date.UTC(2026, 1, 28, 23),
      jitterMs: 120_000,
      overlap: 'cancel-previous',
    },
    problems: [],
  });
});

test('all problems come at once, each with its line', () => {
  expect(read('evry: 15m', 'every: 100ms', 'overlap: none', 'start: tomorrow', 'limit:').problems).toEqual([
    '3: schedule.evry: unknown key (did you mean every?)',
    expect.stringMatching(/^4: schedule\.every: expected a duration .* \(1s to 365d\), got "100ms"$/),
    '7: schedule.limit: expected a value, found none',
    expect.stringMatching(/^6: schedule\.start: expected a time like .*, got "tomorrow"$/),
    '5: schedule.overlap: expected one of skip, queue, cancel-previous, got "none"',
  ]);
});

test('what cannot be meant together is refused', () => {
  expect(read('overlap: skip').problems).toEqual([expect.stringContaining('found neither')]);
  expect(read('every: 15m', 'pattern: 0 6 * * *').problems).toEqual([expect.stringContaining('found both')]);
  expect(read('every: 15m', 'jitter: 16m').problems).toEqual([expect.stringContaining('longer')]);
  expect(read('every: 15m', 'end: 2025-01-01').problems).toEqual([expect.stringContaining('before the first firing')]);
  expect(read('pattern: 0 6 * *').problems).toEqual([expect.stringContaining('5 fields')]);
  expect(read('pattern: 0 6 * * *', 'tz: Mars').problems).toEqual([
    '4: schedule.tz: ' + 'there is no time zone "Mars"; expected a name like Europe/Berlin, or UTC',
  ]);
});

test('a schedule that is no list of keys says so', () => {
  const text = 'schedule: 15m';
  const { schedule } = readCrawlFile(runFlags, { name: 'c.yaml', path: '/c.yaml', text });
  expect(schedule && readScheduleBlock(schedule, nowMs).problems).toEqual([
    { line: 1, message: expect.stringContaining('every: 15m') },
  ]);
});
