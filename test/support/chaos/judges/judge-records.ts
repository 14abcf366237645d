import type { DealtRun } from '../deal-round.ts';
import { some, type Violation } from './verdicts.ts';

type Seen = { run: string; seq: number; class: string };

/**
 * One sink of one run: each seq once, in the class that it was dealt, or `cancelled` where the run was.
 * @param records JSON texts
 */
export const judgeRecords = (
  sink: string,
  { run, lines, cancelAt }: DealtRun,
  records: readonly string[],
): Violation[] => {
  const counts = new Uint16Array(lines.length);
  const strange: string[] = [];
  const wrongClass: string[] = [];
  for (const text of records) {
    const record = parsed(text);
    if (record === undefined || record.run !== run || !(record.seq < lines.length)) {
      strange.push(text.slice(0, 200));
      continue;
    }
    counts[record.seq] = (counts[record.seq] ?? 0) + 1;
    const dealt = lines[record.seq]?.class;
    const isCancelled = cancelAt !== undefined && record.class === 'cancelled';
    if (record.class !== dealt && !isCancelled) wrongClass.push(`${text.slice(0, 300)} was dealt ${dealt}`);
  }
  const seqsWith = (holds: (n: number) => boolean) => [...counts.keys()].filter((seq) => holds(counts[seq] ?? 0));
  const missing = seqsWith((n) => n === 0);
  const repeated = seqsWith((n) => n > 1);
  return [
    ...found(`${run}: ${sink} lacks records`, missing.map(String)),
    ...found(
      `${run}: ${sink} has records twice`,
      repeated.map((seq) => `${seq} x${counts[seq]}`),
    ),
    ...found(`${run}: ${sink} has what is no record of the run`, strange),
    ...found(`${run}: ${sink} has another class than was dealt`, wrongClass),
  ];
};

const found = (promise: string, items: readonly string[]): Violation[] =>
  items.length === 0 ? [] : [{ promise, details: some(items) }];

function parsed(text: string): Seen | undefined {
  try {
    return JSON.parse(text) as Seen;
  } catch {
    return undefined;
  }
}
