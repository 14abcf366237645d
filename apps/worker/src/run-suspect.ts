import type { Logger } from '@trawl/shared/platform/logger.ts';
import type { Ending, Job } from './job.ts';
import type { Entry } from './queue.ts';

/** A death from its begin to its end, whoever sees to it: a worker that dies meanwhile cannot say so. */
export const runSuspect = async (
  job: Job,
  { entry, execute, log }: { entry: Entry; execute: (job: Job) => Promise<Ending>; log: Pick<Logger, 'warn'> },
): Promise<Ending> => {
  const { run, line, deathsAlone } = job;
  log.warn({ run, seq: line.seq, deathsAlone }, 'workers died with this URL in hand: it is tried alone');
  await entry.noteDeathsAlone(deathsAlone + 1);
  try {
    return await execute(job);
  } finally {
    // Its job may have been handed on, and have ended there.
    await entry.noteDeathsAlone(0).catch(() => undefined);
  }
};
