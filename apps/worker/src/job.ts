import type { FrontierLine } from '@trawl/shared/domain/frontier-line.ts';

/** One execution of one released URL, as the journey sees it: BullMQ's job and its data, parsed once. */
export type Job = {
  id: string;
  run: string;
  host: string;
  line: FrontierLine;
  /** Number of this try over all releases, from 1. */
  attempt: number;
  /** So many workers died of it that it is not tried again. */
  isCondemned: boolean;
  /** Workers died with it in hand: it is tried with nothing beside it, so that a death of one more is its own. */
  isSuspected: boolean;
  /** How many died so, in a row. */
  deathsAlone: number;
  /** Executions of this job so far, this one included. */
  executions: number;
  /** Not a retry, not a second execution, and handed out a moment ago: the slot leased by release is still its own. */
  isFirstExecution: boolean;
  /** What the job's lock in BullMQ holds as long as it is this execution's. */
  lockToken: string;
  releasedAtMs: number;
  turnHeld: boolean;
};

/** What BullMQ is to do with the job when an execution ends. */
export type Ending =
  /** Nothing: the outcome is recorded, or the URL is back in the frontier, or somebody else has it. */
  | { next: 'nothing' }
  /** Run it again after a backoff; costs an attempt. */
  | { next: 'retry'; delayMs: number; reason: string }
  /** Run it again later; costs nothing. */
  | { next: 'wait'; delayMs: number };
