import { emptyBatch, type OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import { expect, test } from 'vitest';
import { type CollectEffects, collectRun } from '../../apps/collector/src/collect.ts';
import { batchOf } from '../support/outcomes-for-tests.ts';

/** A run with these batches, and what is done about them, in order. */
const world = (batches: OutcomeBatch[], isHeld = () => true) => {
  const done: string[] = [];
  const note = (what: string) => async () => void done.push(what);
  const effects: CollectEffects = {
    takeLease: async () => ({ token: 't', lost: new AbortController().signal, isHeld, release: note('release') }),
    isCollected: async () => false,
    openOutcomes: async () => ({
      progress: async () => undefined,
      begin: async () => true,
      next: async () => batches.shift() ?? { ...emptyBatch, ended: true },
      acknowledge: async (batch) => done.push(`acknowledge ${batch.records}`) > 0,
      close: () => void done.push('close outcomes'),
    }),
    openSinks: async () => ({
      states: () => [],
      store: async (batch) => {
        done.push(`store ${batch.records}`);
        // As long as a disk takes.
        await new Promise(setImmediate);
        return done.push(`stored ${batch.records}`) > 0;
      },
      acknowledged: note('acknowledged'),
      finish: async () => {},
      close: note('close sinks'),
    }),
    isComplete: async () => batches.length === 0,
    finish: note('finish'),
  };
  return { effects, done };
};

test('a batch is acknowledged when every sink has it, and the next one is read after that', async () => {
  const { effects, done } = world([batchOf(0, 2), batchOf(2, 3)]);
  expect(await collectRun(effects, new AbortController().signal)).toBe('collected');
  const ofBatch = (records: number) => [
    `store ${records}`,
    `stored ${records}`,
    `acknowledge ${records}`,
    'acknowledged',
  ];
  const atTheEnd = ['finish', 'close sinks', 'close outcomes', 'release'];
  expect(done).toEqual([...ofBatch(2), ...ofBatch(3), ...atTheEnd]);
});

test('a collector that may have lost its run meanwhile writes nothing more', async () => {
  const { effects, done } = world([batchOf(0, 2)], () => false);
  expect(await collectRun(effects, new AbortController().signal)).toBe('lost');
  expect(done).toEqual(['close sinks', 'close outcomes', 'release']);
});
