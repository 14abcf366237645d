import { emptyBatch, type OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import { describe, expect, test } from 'vitest';
import { createNextBatch } from '../../apps/collector/src/read/next-batch.ts';
import { batchOf } from '../support/outcomes-for-tests.ts';

/** A stream that gives the answers in turn, then nothing; time passes only in pauses. */
const streamOf = (...answers: OutcomeBatch[]) => {
  const pauses: number[] = [];
  let nowMs = 1000;
  const next = createNextBatch({
    read: async () => answers.shift() ?? emptyBatch,
    now: () => nowMs,
    pause: async (ms) => {
      pauses.push(ms);
      nowMs += ms;
    },
  });
  const stop = new AbortController();
  return { stop, pauses, next: () => next(stop.signal), pass: (ms: number) => (nowMs += ms) };
};

describe('the next batch', () => {
  test('comes at once after a quiet time', async () => {
    const stream = streamOf(batchOf(0, 1), batchOf(1, 1));
    expect(await stream.next()).toMatchObject({ records: 1 });
    stream.pass(50);
    expect(await stream.next()).toMatchObject({ records: 1 });
    expect(stream.pauses).toEqual([]);
  });

  test('gathers what comes within the interval since the last one', async () => {
    const stream = streamOf(batchOf(0, 1), ...Array.from({ length: 20 }, (_, i) => batchOf(1 + i, 1)));
    await stream.next();
    const second = await stream.next();
    expect(second).toMatchObject({ records: 6 });
    expect(second.entries.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6].map((seq) => `1000-${seq}`));
    expect(stream.pauses).toHaveLength(5);
  });

  test('waits no longer when it is full, ends the run, or the collector stops', async () => {
    const full = streamOf(batchOf(0, 1), batchOf(1, 2000), batchOf(3000, 1));
    await full.next();
    expect(await full.next()).toMatchObject({ records: 2000 });
    const last = streamOf(batchOf(0, 1), { ...batchOf(1, 1), ended: true }, batchOf(2, 1));
    await last.next();
    expect(await last.next()).toMatchObject({ records: 1, ended: true });
    const stopped = streamOf(batchOf(0, 1), batchOf(1, 1), batchOf(2, 1));
    await stopped.next();
    stopped.stop.abort();
    expect(await stopped.next()).toMatchObject({ records: 1 });
    expect([...full.pauses, ...last.pauses, ...stopped.pauses]).toEqual([]);
  });

  test('takes what is there without a pause while it has room', async () => {
    const stream = streamOf({ ...batchOf(0, 10), more: true }, { ...batchOf(10, 10), more: true }, batchOf(20, 3));
    expect(await stream.next()).toMatchObject({ records: 23 });
    expect(stream.pauses).toEqual([]);
  });

  test('is empty when nothing came', async () => {
    expect(await streamOf().next()).toEqual(emptyBatch);
  });
});
