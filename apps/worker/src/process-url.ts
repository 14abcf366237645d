import type { FetchOutcome, Interruption } from '@trawl/shared/domain/fetch-outcome.ts';
import type { FrontierLine } from '@trawl/shared/domain/frontier-line.ts';
import type { Verdict } from '@trawl/shared/domain/verdict.ts';
import type { Turn } from '@trawl/shared/frontier/frontier.ts';
import type { Halt } from '@trawl/shared/frontier/run-control.ts';
import type { Ending, Job } from './job.ts';

/** What the journey needs done. Each is a step with a folder of its name; none throws for what a host did. */
export type Effects = {
  /** `go` resolves when the turn has come. */
  askForTurn: (job: Job) => Promise<Turn>;
  /** Is the job's run paused or cancelled, for all that this worker knows? */
  haltOf: (job: Job) => Halt | undefined;
  /** May the page be asked, by its host's robots.txt? Undefined: yes, and its turn has come; else what is instead of its fetch. */
  askRobots: (job: Job) => Promise<FetchOutcome | undefined>;
  fetchPage: (job: Job) => Promise<FetchOutcome>;
  classify: (job: Job, outcome: FetchOutcome) => Verdict;
  /** Records the outcome and gives the slot back, in one step. */
  commit: (job: Job, verdict: Final, outcome: FetchOutcome | undefined) => Promise<void>;
  /** Gives the slot back; the job stays. `pauseMs` blocks the host for the fleet, 0: by its own growing penalty. */
  giveSlotBack: (job: Job, pauseMs?: number) => Promise<void>;
  /** Gives slot and URL back: the next release of the line is a new job. */
  putBack: (job: Job, line: FrontierLine, pauseMs?: number) => Promise<void>;
  /** This machine lacks what a connection needs: a while in which others may give it back. */
  rest: (job: Job) => Promise<void>;
  backoffMs: (job: Job) => number;
  nowMs: () => number;
  patienceMs: (job: Job) => number;
};

export type Final = Extract<Verdict, { next: 'store' | 'give-up' }>;

const hopWaitMs = { first: 2000, most: 60_000 };

/** One URL's way through the worker. Read this first; every step has a folder of its name. */
export const processUrl = async (job: Job, effects: Effects): Promise<Ending> => {
  if (job.isCondemned) return record(job, effects, { next: 'give-up', class: 'crashed', reason: 'workers-died' });

  const turn = await effects.askForTurn(job);
  switch (turn.kind) {
    case 'recorded':
    case 'superseded':
      return { next: 'nothing' };
    case 'busy':
      return putBack(job, effects, {});
    case 'paused':
    case 'cancelled':
      return halt(job, effects, turn.kind);
    case 'go':
      break;
  }
  // The lease of release is a turn that no script was asked for.
  const halted = effects.haltOf(job);
  if (halted) return halt(job, effects, halted);

  const outcome = (await effects.askRobots(job)) ?? (await effects.fetchPage(job));
  if (outcome.kind === 'interrupted') return interrupted(job, effects, outcome.why);

  const verdict = effects.classify(job, outcome);
  switch (verdict.next) {
    case 'store':
    case 'give-up':
      return record(job, effects, verdict, outcome);
    case 'retry':
      if (effects.haltOf(job) === 'cancelled') return halt(job, effects, 'cancelled');
      await effects.giveSlotBack(job, verdict.penalize ? 0 : undefined);
      return { next: 'retry', delayMs: Math.max(effects.backoffMs(job), verdict.leastMs ?? 0), reason: verdict.reason };
    case 'defer':
      return defer(job, effects, outcome, verdict);
  }
};

const cancelled: Final = { next: 'give-up', class: 'cancelled', reason: 'run-cancelled' };

/** The attempt does not count: the line waits for its run to be resumed, or ends with it. */
const halt = (job: Job, effects: Effects, how: Halt): Promise<Ending> =>
  how === 'paused' ? putBack(job, effects, {}) : record({ ...job, attempt: job.attempt - 1 }, effects, cancelled);

const record = async (job: Job, effects: Effects, verdict: Final, outcome?: FetchOutcome): Promise<Ending> => {
  await effects.commit(job, verdict, outcome);
  return { next: 'nothing' };
};

/** The attempt did not count: the line goes back as it came, with the tries spent before this one. */
const putBack = async (
  job: Job,
  effects: Effects,
  change: { deferredSinceMs?: number; pauseMs?: number },
): Promise<Ending> => {
  const line: FrontierLine = {
    ...job.line,
    release: job.line.release + 1,
    attempts: job.attempt - 1,
    deferredSinceMs: change.deferredSinceMs ?? job.line.deferredSinceMs,
  };
  await effects.putBack(job, line, change.pauseMs);
  return { next: 'nothing' };
};

const interrupted = async (job: Job, effects: Effects, why: Interruption): Promise<Ending> => {
  switch (why) {
    case 'machine-full':
      // Waiting here leaves fewer at work; at once, the same line would come back a thousand times a second.
      await effects.rest(job);
      return halt(job, effects, effects.haltOf(job) ?? 'paused');
    case 'stopping':
    case 'memory-full':
    case 'no-network':
    case 'turn-passed':
      return halt(job, effects, effects.haltOf(job) ?? 'paused');
    case 'robots-first':
      return putBack(job, effects, {});
    case 'hop-must-wait':
      if (effects.nowMs() - job.releasedAtMs > effects.patienceMs(job))
        return record(job, effects, { next: 'give-up', class: 'expired', reason: why });
      await effects.giveSlotBack(job);
      return { next: 'wait', delayMs: Math.min(hopWaitMs.most, hopWaitMs.first * 2 ** (job.executions - 1)) };
  }
};

/** The host is not ready: it is blocked for the whole fleet, and the URL waits in the frontier until its patience ends. */
const defer = async (
  job: Job,
  effects: Effects,
  outcome: FetchOutcome,
  verdict: Extract<Verdict, { next: 'defer' }>,
): Promise<Ending> => {
  if (effects.haltOf(job) === 'cancelled') return halt(job, effects, 'cancelled');
  const pauseMs = verdict.blockMs ?? 0;
  const deferredSinceMs = job.line.deferredSinceMs || Math.floor(effects.nowMs());
  if (effects.nowMs() - deferredSinceMs < effects.patienceMs(job))
    return putBack(job, effects, { deferredSinceMs, pauseMs });
  await effects.giveSlotBack(job, pauseMs);
  return record(job, effects, { next: 'give-up', class: 'expired', reason: verdict.reason }, outcome);
};
