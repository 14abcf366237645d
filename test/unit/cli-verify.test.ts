import { writeFile } from 'node:fs/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { expect, test } from 'vitest';
import { openLines } from '../../apps/cli/src/records/open-lines.ts';
import { createTally } from '../../apps/cli/src/records/tally-records.ts';
import { noColours } from '../../apps/cli/src/text/colours.ts';
import { countInputs } from '../../apps/cli/src/verify/count-inputs.ts';
import { type Evidence, findingsOf } from '../../apps/cli/src/verify/findings.ts';
import { verificationText } from '../../apps/cli/src/verify/verification-text.ts';
import { openSource } from '../../apps/producer/src/source/open-source.ts';
import { withDirectory } from '../support/directory-of-a-test.ts';
import { runSpecOf } from '../support/run-for-tests.ts';

const pathOf = withDirectory();

const fileOf = async (name: string, content: string | Buffer): Promise<string> => {
  const path = pathOf(name);
  await writeFile(path, content);
  return path;
};

const record = (seq: number, change: object = {}) => JSON.stringify({ run: 'a', seq, class: 'ok', ...change });

const tallyOf = (total: number, ...records: string[]) => {
  const tally = createTally('a', total);
  for (const each of records) tally.add(each);
  return tally.result();
};

const evidenceOf = (change: Partial<Evidence> = {}, status: Partial<RunStatus> = {}): Evidence => ({
  status: {
    run: 'a',
    state: 'finished',
    spec: runSpecOf('a'),
    createdAtMs: 0,
    collectedAtMs: 1,
    pushed: 3,
    recorded: 3,
    classes: { ok: 3 },
    released: 0,
    waiting: 0,
    paused: false,
    uncollected: 0,
    ...status,
  },
  ledger: { bitsSet: 3, missing: [], missingCount: 0 },
  released: 0,
  files: [{ path: '/out.jsonl', tally: tallyOf(3, record(0), record(2), record(1)) }],
  inputs: { kind: 'counted', inputs: 3, lineOf: new Map([[1, 5]]) },
  ...change,
});

const wrongOf = (evidence: Evidence) =>
  findingsOf(evidence)
    .filter(({ verdict }) => verdict === 'wrong')
    .flatMap(({ details }) => details);

test('a run whose ledger, counters, results and source agree is verified', () => {
  expect(findingsOf(evidenceOf()).map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
});

test('a line without an outcome is named with its line in the source', () => {
  expect(wrongOf(evidenceOf({ ledger: { bitsSet: 2, missing: [1], missingCount: 1 } }))).toContain(
    'without an outcome: seq 1 (line 5)',
  );
});

test('bits beyond the last line are noticed', () => {
  expect(wrongOf(evidenceOf({ ledger: { bitsSet: 4, missing: [], missingCount: 0 } }))).toContain(
    '1 bits are set beyond the last line',
  );
});

test('counters that disagree with the bits are noticed', () => {
  expect(wrongOf(evidenceOf({}, { recorded: 4 }))).toEqual(['its counter says 4']);
  expect(wrongOf(evidenceOf({}, { classes: { ok: 2 } }))).toContain('the ledger has 3');
});

test('what is released or in no sink is noticed', () => {
  expect(wrongOf(evidenceOf({ released: 2 }, { uncollected: 7 }))).toEqual([
    '2 URLs are released and have no outcome',
    '7 records are in no sink',
  ]);
});

test('a record that is missing, doubled, or not of this run is noticed in the results', () => {
  const files = [
    { path: '/out.jsonl', tally: tallyOf(3, record(0), record(0), record(9), record(2, { run: 'b' }), '{"half') },
  ];
  const details = wrongOf(evidenceOf({ files }));
  expect(details[0]).toBe('without a record: seq 1 (line 5), seq 2');
  expect(details[1]).toBe('with more than one record: seq 0');
  expect(details[2]).toMatch(
    /^3 lines of it no record of this run: line 3: its seq 9 .*; line 4: a record of the run b; line 5: not JSON$/,
  );
});

test('classes in the results that differ from the counted ones are noticed', () => {
  const files = [{ path: '/out.jsonl', tally: tallyOf(3, record(0), record(1), record(2, { class: 'expired' })) }];
  expect(wrongOf(evidenceOf({ files }))).toEqual(['ok: 2 records, 3 counted', 'expired: 1 records, 0 counted']);
});

test('a source that has another number of inputs by now is noticed', () => {
  expect(wrongOf(evidenceOf({ inputs: { kind: 'counted', inputs: 4, lineOf: new Map() } }))).toHaveLength(1);
});

test('what cannot be read again is skipped, and said so', () => {
  const evidence = evidenceOf({
    inputs: { kind: 'skipped', why: 'gone' },
    files: [{ path: '-', tally: { why: 'they were written to stdout' } }],
  });
  const findings = findingsOf(evidence);
  expect(findings.filter(({ verdict }) => verdict === 'skipped')).toHaveLength(2);
  const text = verificationText({ run: 'a', inputLines: 3, verified: true, isFinished: true, findings }, noColours);
  expect(text).toContain('they were written to stdout');
});

test('a kept stream that its retention has trimmed is no failure, one with a hole is', () => {
  const kept = (maxRecords: number) => evidenceOf({ kept: { tally: tallyOf(3, record(2)), maxRecords } });
  expect(wrongOf(kept(1))).toEqual([]);
  expect(wrongOf(kept(100))).toEqual(['without a record: seq 0, seq 1 (line 5)']);
});

test('a tally holds for any order and names no more than some of what is missing', () => {
  const tally = tallyOf(1000, record(999), record(8), record(7));
  expect(tally).toMatchObject({ distinct: 3, missing: 997 });
  expect(tally.missingSeqs.slice(6, 8)).toEqual([6, 9]);
  expect(tally.missingSeqs).toHaveLength(20);
});

const linesOf = async (path: string) => {
  const all: { text: string; isWhole: boolean }[] = [];
  for await (const lines of openLines(path)) all.push(...lines);
  return all;
};

test.each([
  ['plain', (text: string) => Buffer.from(text)],
  ['gzip', gzipSync],
  ['gzip in members', (text: string) => Buffer.concat([gzipSync(text.slice(0, 70_000)), gzipSync(text.slice(70_000))])],
  ['zstd', zstdCompressSync],
])('the lines of a %s file are read whole', async (name, compress) => {
  const expected = Array.from({ length: 20_000 }, (_, i) => `${i} äöü ${'x'.repeat(i % 50)}`);
  const path = await fileOf(name, compress(`${expected.join('\n')}\n`));
  const lines = await linesOf(path);
  expect(lines.map(({ text }) => text)).toEqual(expected);
  expect(lines.every(({ isWhole }) => isWhole)).toBe(true);
});

test('a last line without its end is told apart', async () => {
  expect(await linesOf(await fileOf('cut', 'a\nb'))).toEqual([
    { text: 'a', isWhole: true },
    { text: 'b', isWhole: false },
  ]);
});

test('a gzip file that breaks off gives what can be read of it', async () => {
  const whole = gzipSync(Array.from({ length: 50_000 }, (_, i) => `${i}\n`).join(''));
  const lines = await linesOf(await fileOf('cut.gz', whole.subarray(0, whole.length / 2)));
  expect(lines.length).toBeGreaterThan(1000);
  expect(lines[999]).toEqual({ text: '999', isWhole: true });
});

test('inputs are counted as the producer counts them', async () => {
  const lists = ['a\n\n# c\r\n b \r\n\t#x\nc', '\ufeff# bom\na\n', '', '\n\n', 'x\r', ' # y\n\u00a0\nz\n'];
  for (const [i, list] of lists.entries()) {
    const path = await fileOf(`list-${i}.txt`, list);
    let fed = 0;
    for await (const batch of openSource({ kind: 'text', path }, undefined)) fed += batch.length;
    expect(await countInputs({ kind: 'text', path }, [])).toMatchObject({ inputs: fed });
  }
});

test('the line of a numbered input is told', async () => {
  const path = await fileOf('numbered.txt', '# list\na\n\nb\nc\n');
  expect(await countInputs({ kind: 'text', path }, [1, 2])).toEqual({
    kind: 'counted',
    inputs: 3,
    lineOf: new Map([
      [1, 4],
      [2, 5],
    ]),
  });
});

test('a source that is gone is not counted', async () => {
  expect(await countInputs({ kind: 'text', path: pathOf('gone.txt') }, [])).toMatchObject({ kind: 'skipped' });
  expect(await countInputs({ kind: 'csv', path: 'x', column: 'url' }, [])).toMatchObject({ kind: 'skipped' });
});
