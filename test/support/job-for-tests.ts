import { jobIdOf } from '@trawl/shared/domain/frontier-line.ts';

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
