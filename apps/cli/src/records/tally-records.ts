/** What a pile of records says of its run, counted in flat memory: one bit a line. */
export type RecordTally = {
  /** Lines of the run whose record was seen. */
  distinct: number;
  /** Records beyond the first of their line, and some of their numbers. */
  repeated: number;
  repeatedSeqs: number[];
  /** Lines that are no complete record of this run. */
  strange: number;
  /** `line 17: not JSON` of some of them. */
  strangeAt: string[];
  classes: Record<string, number>;
  /** Numbers below the total without a record: how many, and the first of them. */
  missing: number;
  missingSeqs: number[];
};

const mostNamed = 20;

/** @param total lines of the run */
export const createTally = (run: string, total: number) => {
  const seen = new Uint8Array(Math.ceil(total / 8));
  const classes = new Map<string, number>();
  const tally = { distinct: 0, repeated: 0, repeatedSeqs: [] as number[], strange: 0, strangeAt: [] as string[] };
  let lines = 0;

  const add = (text: string, isWhole = true): void => {
    lines += 1;
    const record = recordOf(text, run, total);
    if ('problem' in record) return strange(record.problem);
    if (!isWhole) return strange('the last line has no end');
    if (isSeen(record.seq)) {
      tally.repeated += 1;
      if (tally.repeatedSeqs.length < mostNamed) tally.repeatedSeqs.push(record.seq);
      return;
    }
    seen[record.seq >> 3] = (seen[record.seq >> 3] ?? 0) | (1 << (record.seq & 7));
    tally.distinct += 1;
    classes.set(record.class, (classes.get(record.class) ?? 0) + 1);
  };
  const isSeen = (seq: number): boolean => ((seen[seq >> 3] ?? 0) & (1 << (seq & 7))) !== 0;
  const strange = (problem: string): void => {
    tally.strange += 1;
    if (tally.strangeAt.length < mostNamed) tally.strangeAt.push(`line ${lines}: ${problem}`);
  };
  const result = (): RecordTally => {
    const missingSeqs: number[] = [];
    for (let seq = 0; seq < total && missingSeqs.length < Math.min(mostNamed, total - tally.distinct); seq += 1)
      if (!isSeen(seq)) missingSeqs.push(seq);
    return { ...tally, classes: Object.fromEntries(classes), missing: total - tally.distinct, missingSeqs };
  };
  return { add, result };
};

function recordOf(text: string, run: string, total: number): { seq: number; class: string } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'not JSON' };
  }
  const record = (value ?? {}) as { run?: unknown; seq?: unknown; class?: unknown };
  if (record.run !== run)
    return { problem: `a record of ${typeof record.run === 'string' ? `the run ${record.run}` : 'no run'}` };
  const { seq } = record;
  if (typeof seq !== 'number' || !Number.isInteger(seq) || seq < 0 || seq >= total)
    return { problem: `its seq ${JSON.stringify(seq)} is none of the run` };
  return { seq, class: String(record.class) };
}
