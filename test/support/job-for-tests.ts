import { jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { Job } from '../../apps/worker/src/job.ts';

/** The job of a line of run `a` as a producer adds it to BullMQ's queue. */
export const jobForTests = (seq: number) => {
  const record = `${seq} 0 ${seq + 1} 0 0 http://h/`;
  const line = { seq, release: 0, line: seq + 1, attempts: 0, deferredSinceMs: 0 };
  return {
    name: 'url',
    data: { v: 1, run: 'a', host: 'h', record, releasedAtMs: 1, turnHeld: true },
    opts: { jobId: jobIdOf('a', line) },
  };
};

/** The first execution of line 0 of run `a`, as a worker has it. */
export const executionForTests = (change: Partial<Job> = {}): Job => ({
  id: 'a-0-0',
  run: 'a',
  host: 'h',
  line: { seq: 0, release: 0, line: 1, attempts: 0, deferredSinceMs: 0, url: 'http://h/' },
  attempt: 1,
  isCondemned: false,
  isSuspected: false,
  deathsAlone: 0,
  executions: 1,
  isFirstExecution: true,
  lockToken: 'token',
  releasedAtMs: 0,
  turnHeld: true,
  ...change,
});
