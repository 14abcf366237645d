import type { OutcomeBatch, OutcomeEntry } from '@trawl/shared/frontier/outcome-stream.ts';

/** The record of line `seq` as text; longer than its neighbours now and then, and not ASCII only. */
export const recordOf = (seq: number, run = 'a'): string =>
  JSON.stringify({ run, seq, line: seq + 1, url: `http://h/${seq}`, class: 'ok', body: 'ä€🐟'.repeat(seq % 7) });

export const recordsUpTo = (n: number): string[] => Array.from({ length: n }, (_, seq) => recordOf(seq));

/** The records that a file holds. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

export const summaryOf = (seq: number): string => `${seq} ok status-200 200 1 5 100 h`;

/** An entry with the records of lines `from` to `from + n - 1`. */
export const entryOf = (from: number, n: number): OutcomeEntry => {
  const seqs = Array.from({ length: n }, (_, i) => from + i);
  return {
    id: `1000-${from}`,
    atMs: 1000,
    summaries: seqs.map(summaryOf),
    records: seqs.map((seq) => Buffer.from(recordOf(seq))),
  };
};

export const batchOfEntries = (entries: OutcomeEntry[]): OutcomeBatch => ({
  entries,
  records: entries.reduce((sum, { records }) => sum + records.length, 0),
  bytes: entries.reduce((sum, { records }) => sum + records.reduce((bytes, record) => bytes + record.length, 0), 0),
  ended: false,
  more: false,
});

export const batchOf = (from: number, n: number): OutcomeBatch => batchOfEntries([entryOf(from, n)]);
