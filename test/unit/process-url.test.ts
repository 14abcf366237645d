import { emptyTrace, type FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import type { FrontierLine } from '@trawl/shared/domain/frontier-line.ts';
import type { Verdict } from '@trawl/shared/domain/verdict.ts';
import { describe, expect, test } from 'vitest';
import type { Job } from '../../apps/worker/src/job.ts';
import { type Effects, processUrl } from '../../apps/worker/src/process-url.ts';
import { executionForTests } from '../support/job-for-tests.ts';

const line: FrontierLine = { seq: 7, release: 2, line: 8, attempts: 1, deferredSinceMs: 0, url: 'http://h/' };
const job = executionForTests({ id: 'a-7-2', line, attempt: 2 });
const trace = emptyTrace('http://h/');
const answered: FetchOutcome = {
  kind: 'answered',
  status: 200,
  headers: {},
  body: { kept: new Uint8Array(), truncated: false, sha256: '' },
  trace,
};

/** Effects that note what was asked of them, in order. */
const world = (
  change: Partial<Effects> = {},
  verdict: Verdict = { next: 'store', class: 'ok', reason: 'status-200' },
) => {
  const done: unknown[][] = [];
  const note =
    <A extends unknown[]>(name: string) =>
    async (_job: Job, ...rest: A): Promise<void> =>
      void done.push([name, ...rest]);
  const effects: Effects = {
    askForTurn: async () => ({ kind: 'go', waitMs: 0 }),
    haltOf: () => undefined,
    askRobots: async () => undefined,
    fetchPage: async () => answered,
    classify: () => verdict,
    commit: note('commit'),
    giveSlotBack: note('give-slot-back'),
    putBack: note('put-back'),
    rest: note('rest'),
    backoffMs: () => 500,
    nowMs: () => 100_000,
    patienceMs: () => 3_600_000,
    ...change,
  };
  return { effects, done };
};

describe('a URL', () => {
  test('that was answered is committed and the job is done', async () => {
    const { effects, done } = world();
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['commit', { next: 'store', class: 'ok', reason: 'status-200' }, answered]]);
  });

  test('keeps its job until its outcome is recorded', async () => {
    const recorded = Promise.withResolvers<void>();
    const { effects } = world({ commit: () => recorded.promise });
    let hasEnded = false;
    const ending = processUrl(job, effects).finally(() => (hasEnded = true));
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    recorded.resolve();
    expect(await ending).toEqual({ next: 'nothing' });
  });

  test.each([
    ['paused', ['put-back', { ...line, release: 3, attempts: 1 }, undefined]],
    ['cancelled', ['commit', { next: 'give-up', class: 'cancelled', reason: 'run-cancelled' }, undefined]],
  ] as const)('whose run was %s since its release is not asked', async (how, expected) => {
    const { effects, done } = world({ haltOf: () => how, fetchPage: async () => expect.unreachable('asked') });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([expected]);
  });

  test.each(['recorded', 'superseded'] as const)('that is %s is left alone', async (kind) => {
    const { effects, done } = world({ askForTurn: async () => ({ kind }) });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([]);
  });

  test('whose host is busy goes back to the frontier without costing an attempt', async () => {
    const { effects, done } = world({ askForTurn: async () => ({ kind: 'busy', waitMs: 0 }) });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['put-back', { ...line, release: 3, attempts: 1 }, undefined]]);
  });

  test('that failed in a way that may pass gives its slot back and is retried', async () => {
    const { effects, done } = world({}, { next: 'retry', class: 'timed-out', reason: 'headers', penalize: false });
    expect(await processUrl(job, effects)).toEqual({ next: 'retry', delayMs: 500, reason: 'headers' });
    expect(done).toEqual([['give-slot-back', undefined]]);
  });

  test('whose host is overloaded is retried, and the host earns a pause', async () => {
    const { effects, done } = world({}, { next: 'retry', class: 'http-error', reason: 'status-503', penalize: true });
    await processUrl(job, effects);
    expect(done).toEqual([['give-slot-back', 0]]);
  });

  test('that is deferred waits in the frontier from its first deferral on', async () => {
    const { effects, done } = world({}, { next: 'defer', reason: 'status-429', blockMs: 2000 });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['put-back', { ...line, release: 3, attempts: 1, deferredSinceMs: 100_000 }, 2000]]);
  });

  test('that was deferred longer than its patience ends as expired', async () => {
    const deferred = { ...job, line: { ...line, deferredSinceMs: 40_000 } };
    const { effects, done } = world({ patienceMs: () => 60_000 }, { next: 'defer', reason: 'status-429' });
    expect(await processUrl(deferred, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([
      ['give-slot-back', 0],
      ['commit', { next: 'give-up', class: 'expired', reason: 'status-429' }, answered],
    ]);
  });

  test('in hand when the worker stops goes back to the frontier without costing an attempt', async () => {
    const { effects, done } = world({ fetchPage: async () => ({ kind: 'interrupted', why: 'stopping', trace }) });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['put-back', { ...line, release: 3, attempts: 1 }, undefined]]);
  });

  test('that robots.txt forbids is not asked, and ends as that', async () => {
    const outcome: FetchOutcome = { kind: 'forbidden', why: 'robots', trace };
    const verdict: Verdict = { next: 'give-up', class: 'forbidden', reason: 'robots' };
    const fetchPage = async () => expect.unreachable('asked');
    const { effects, done } = world({ askRobots: async () => outcome, fetchPage }, verdict);
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['commit', verdict, outcome]]);
  });

  test('whose robots.txt comes first goes back to the frontier without costing an attempt', async () => {
    const { effects, done } = world({ askRobots: async () => ({ kind: 'interrupted', why: 'robots-first', trace }) });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['put-back', { ...line, release: 3, attempts: 1 }, undefined]]);
  });

  test('for which this machine has no file or port left rests, and goes back without costing an attempt', async () => {
    const { effects, done } = world({ fetchPage: async () => ({ kind: 'interrupted', why: 'machine-full', trace }) });
    expect(await processUrl(job, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['rest'], ['put-back', { ...line, release: 3, attempts: 1 }, undefined]]);
  });

  test('whose redirect leads to a busy host runs again without costing an attempt, later each time, until its patience ends', async () => {
    const { effects, done } = world({ fetchPage: async () => ({ kind: 'interrupted', why: 'hop-must-wait', trace }) });
    const released = { ...job, releasedAtMs: 99_000 };
    expect(await processUrl(released, effects)).toEqual({ next: 'wait', delayMs: 2000 });
    expect(await processUrl({ ...released, executions: 3 }, effects)).toEqual({ next: 'wait', delayMs: 8000 });
    expect(done).toEqual([['give-slot-back'], ['give-slot-back']]);
    await processUrl({ ...released, releasedAtMs: -4_000_000 }, effects);
    expect(done.at(-1)).toEqual(['commit', { next: 'give-up', class: 'expired', reason: 'hop-must-wait' }, undefined]);
  });

  test('that killed its worker too often ends as crashed without being asked for again', async () => {
    const { effects, done } = world({ fetchPage: async () => expect.unreachable('asked') });
    expect(await processUrl({ ...job, isCondemned: true }, effects)).toEqual({ next: 'nothing' });
    expect(done).toEqual([['commit', { next: 'give-up', class: 'crashed', reason: 'workers-died' }, undefined]]);
  });
});
