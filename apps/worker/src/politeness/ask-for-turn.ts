import type { Frontier, Turn, TurnRequest } from '@trawl/shared/frontier/frontier.ts';
import type { Job } from '../job.ts';

export type TurnOptions = {
  frontier: Pick<Frontier, 'acquire'>;
  leaseMs: number;
  /** The longest an execution may last from its turn to its end. */
  jobDeadlineMs: number;
  /** Estimate of Redis ms. */
  nowMs: () => number;
  /** How long an answer of Redis is on its way: a turn is granted no earlier than it can be used. */
  oneWayMs: () => number;
  /** Ends early when the run is cancelled or the worker stops. */
  sleep: (ms: number, run: string) => Promise<void>;
};

/** A turn that the job has had already: it was not used (`again`), or for another request. */
export type HeldTurn = { again?: boolean; usedMs?: number };

/** A turn further away than this is not worth a worker's slot: the URL goes back to the frontier. */
const longestWaitMs = 1000;

/** A process that was held up this long past its turn asks again: others may have been granted theirs meanwhile. */
const lateMs = 20;
const mostAsked = 3;

/**
 * Resolves with `go` when the turn has come. The lease that release took is the turn of a first try, as long as it outlives the
 * execution.
 */
export const askForTurn = async (job: Job, options: TurnOptions, held: HeldTurn = {}): Promise<Turn> => {
  const { leaseMs, jobDeadlineMs, nowMs } = options;
  const leaseLeftMs = job.releasedAtMs + leaseMs - nowMs();
  if (job.turnHeld && job.isFirstExecution && leaseLeftMs > jobDeadlineMs) return { kind: 'go', waitMs: 0 };
  for (let asked = 1; ; asked++) {
    const leadMs = options.oneWayMs();
    const askedAtMs = nowMs();
    const limits = { leaseMs, longestWaitMs, leadMs, ...(asked > 1 ? { again: true } : held) };
    const turn = await options.frontier.acquire(turnOf(job), limits);
    if (turn.kind !== 'go') return turn;
    const onTheWayMs = leadWithin(leadMs, nowMs() - askedAtMs);
    if (turn.waitMs > onTheWayMs) await options.sleep(turn.waitMs - onTheWayMs, job.run);
    const isInTime = nowMs() - askedAtMs - onTheWayMs - turn.waitMs < lateMs;
    if (isInTime || asked === mostAsked) return { kind: 'go', waitMs: 0 };
  }
};

/**
 * How long the answer was on its way, as far as one may count on it. The lead was measured some time ago, maybe in a bad moment: who
 * believed in more than half of this round trip would start before the turn has come.
 */
export const leadWithin = (leadMs: number, roundTripMs: number): number => Math.min(leadMs, roundTripMs / 2);

export const turnOf = (job: Job): TurnRequest => ({
  host: job.host,
  run: job.run,
  seq: job.line.seq,
  id: job.id,
  execution: job.executions,
  lockToken: job.lockToken,
});
