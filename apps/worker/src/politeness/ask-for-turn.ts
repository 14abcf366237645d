import type { Frontier, Turn, TurnRequest } from '@trawl/shared/frontier/frontier.ts';
import type { Job } from '../job.ts';

export type TurnOptions = {
  frontier: Pick<Frontier, 'acquire'>;
  leaseMs: number;
  /** The longest an execution may last from its turn to its end. */
  jobDeadlineMs: number;
  /** Estimate of Redis ms. */
  nowMs: () => number;
};

/** A turn further away than this is not worth a worker's slot: the URL goes back to the frontier. */
const longestWaitMs = 1000;

/** The lease that release took is the turn of a first try, as long as it outlives the execution. */
export const askForTurn = async (job: Job, options: TurnOptions): Promise<Turn> => {
  const { leaseMs, jobDeadlineMs, nowMs } = options;
  const leaseLeftMs = job.releasedAtMs + leaseMs - nowMs();
  if (job.turnHeld && job.isFirstExecution && leaseLeftMs > jobDeadlineMs) return { kind: 'go', waitMs: 0 };
  return options.frontier.acquire(turnOf(job), { leaseMs, longestWaitMs });
};

export const turnOf = (job: Job): TurnRequest => ({ host: job.host, run: job.run, seq: job.line.seq, id: job.id });
