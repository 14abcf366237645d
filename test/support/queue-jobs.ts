import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import type { Queue } from 'bullmq';

/** Adds released URLs to the queue as a producer does. */
export const addToQueue = async (
  queue: Queue,
  { urls, nowMs }: { urls: ReleasedUrl[]; nowMs: number },
): Promise<void> => {
  for (const { run, host, record, turnHeld } of urls)
    await queue.add(
      'url',
      { v: 1, run, host, record, releasedAtMs: nowMs, turnHeld },
      { jobId: jobIdOf(run, decodeLine(record)) },
    );
};
