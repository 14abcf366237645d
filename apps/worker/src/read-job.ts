import { fetchJobData } from '@trawl/shared/domain/fetch-job.ts';
import { decodeLine, type FrontierLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import { readDeaths } from './deaths.ts';
import type { Job } from './job.ts';

/** A job as it comes from the queue, which anybody may have put there. */
export type FoundJob = {
  id?: string | undefined;
  data: unknown;
  attemptsMade: number;
  attemptsStarted: number;
  stalledCounter: number;
};

/** Of the bitmap of a run: Redis has no more bits in a key. */
const mostLines = 2 ** 32;

/**
 * Parses a job once; throws for one that Trawl did not make.
 * @param hand.isFresh false: its answer was so long on its way that the lock may be gone
 */
export const readJob = (found: FoundJob, hand: { lockToken: string; isFresh: boolean }): Job => {
  const data = fetchJobData.parse(found.data);
  const line = decodeLine(data.record);
  refuseForeignLine(line);
  const id = jobIdOf(data.run, line);
  // The lease that a first try relies on is that of the id.
  if (found.id !== id) throw new Error(`its line belongs to the job ${id}`);
  const deathsAlone = data.deathsAlone ?? 0;
  return {
    id,
    run: data.run,
    host: data.host,
    line,
    attempt: line.attempts + found.attemptsMade + 1,
    ...readDeaths({ stalled: found.stalledCounter, alone: deathsAlone }),
    deathsAlone,
    executions: found.attemptsStarted,
    isFirstExecution: found.attemptsStarted <= 1 && found.stalledCounter === 0 && hand.isFresh,
    lockToken: hand.lockToken,
    releasedAtMs: data.releasedAtMs,
    turnHeld: data.turnHeld,
  };
};

const refuseForeignLine = ({ seq, release, line, attempts, deferredSinceMs, url }: FrontierLine): void => {
  const numbers = [seq, release, line, attempts, deferredSinceMs];
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0) || seq >= mostLines)
    throw new Error('its line has numbers that no line has');
  if (!/^https?:/.test(url) || !URL.canParse(url)) throw new Error('its line has no URL');
};
