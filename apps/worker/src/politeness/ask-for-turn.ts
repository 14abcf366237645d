import type { Turn } from '@trawl/shared/frontier/frontier.ts';
import type { Job } from '../job.ts';
import { type Departure, longestWaitMs } from './departure.ts';

export type TurnOptions = {
  leaseMs: number;
  /** The longest an execution may last from its turn to its end. */
  jobDeadlineMs: number;
  /** Estimate of Redis ms. */
  nowMs: () => number;
};

/**
 * Resolves with `go` when the turn has come. The lease that release took is the turn of a first try, as long as it outlives the
 * execution.
 */
export const askForTurn = async (job: Job, options: TurnOptions, departure: Departure): Promise<Turn> => {
  const leaseLeftMs = job.releasedAtMs + options.leaseMs - options.nowMs();
  if (job.turnHeld && job.isFirstExecution && leaseLeftMs > options.jobDeadlineMs) return { kind: 'go', waitMs: 0 };
  const turn = await departure.ask(job.host, longestWaitMs);
  if (turn.kind === 'go') await departure.start();
  return turn;
};
