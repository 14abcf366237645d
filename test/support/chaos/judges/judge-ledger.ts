import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { DealtRun } from '../deal-round.ts';
import type { Violation } from './verdicts.ts';

/** Input lines = sum of classes = bits set, and the classes are those that were dealt. */
export const judgeLedger = async (redis: Redis, dealt: DealtRun): Promise<Violation[]> => {
  const { run, lines } = dealt;
  const status = await createRuns(redis, firstShard).status(run);
  if (status === undefined) return [{ promise: `${run}: the run is known`, details: 'it is not' }];
  const ledger = await readLedger(redis, firstShard, run, lines.length);
  const sum = Object.values(status.classes).reduce((all: number, n) => all + (n ?? 0), 0);
  const wanted = tally(lines.map((line) => line.class));
  const facts: [promise: string, seen: unknown, wanted: unknown][] = [
    ['input lines', status.pushed, lines.length],
    ['outcomes recorded', status.recorded, lines.length],
    ['sum of the classes', sum, lines.length],
    ['bits set', ledger.bitsSet, lines.length],
    ['lines without a bit', ledger.missing, []],
    ['records in no sink', status.uncollected, 0],
    ['problem', status.problem ?? 'none', 'none'],
    // What was cancelled is known by the records alone.
    ...(dealt.cancelAt === undefined
      ? [['classes', sorted(status.classes), sorted(wanted)] as [string, unknown, unknown]]
      : []),
  ];
  return facts.flatMap(([name, seen, expected]) => {
    const [one, other] = [JSON.stringify(seen), JSON.stringify(expected)];
    return one === other ? [] : [{ promise: `${run}: ${name}`, details: `${one}, not ${other}` }];
  });
};

const tally = (classes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const each of classes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
};

const sorted = (counts: Partial<Record<string, number>>): [string, number | undefined][] =>
  Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
