import type { Lease } from '@trawl/shared/frontier/lease.ts';
import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import type { RunProgress } from './run-progress.ts';
import type { RunSinks } from './sink/open-sinks.ts';

/** What collecting one run needs done. */
export type CollectEffects = {
  /** Undefined: another collector has the run. */
  takeLease: () => Promise<Lease | undefined>;
  isCollected: () => Promise<boolean>;
  openOutcomes: (lease: Lease, stop: AbortSignal) => Promise<Outcomes>;
  /** Cut back to what was acknowledged. Undefined: the lease was lost, or told to stop while a sink could not be opened. */
  openSinks: (held: { lease: Lease; outcomes: Outcomes }, stop: AbortSignal) => Promise<RunSinks | undefined>;
  /** Has every line its outcome, and has every outcome been acknowledged? */
  isComplete: () => Promise<boolean>;
  /** Ends the sinks, frees what only collecting needed, and marks the run as collected. */
  finish: (sinks: RunSinks) => Promise<void>;
};

/** What the ledger recorded and no sink has. Everything rejects once the connection to Redis was lost. */
export type Outcomes = {
  /** How far the sinks had come at the last acknowledgement. Undefined: they were never opened. */
  progress: () => Promise<RunProgress | undefined>;
  /** Remembers how far the sinks reach before their first record. False: another collector has the run now. */
  begin: (sinks: RunSinks) => Promise<boolean>;
  /** Empty when nothing comes for a while, and when told to stop. */
  next: () => Promise<OutcomeBatch>;
  /** False: another collector has the run now. */
  acknowledge: (batch: OutcomeBatch, sinks: RunSinks) => Promise<boolean>;
  close: () => void;
};

export type CollectEnding = 'collected' | 'owned-elsewhere' | 'lost' | 'stopped';

/**
 * One run's way from the outcome stream into its sinks. Read this first. It may break off anywhere: what was not
 * acknowledged comes again, to sinks that were cut back. Rejects when Redis is lost or a sink needs its user.
 *
 *   leased --> opened    the sinks hold what is acknowledged, and nothing behind it; what a dead owner had taken comes first
 *   opened --> stored    every sink has the batch on disk, Redis has it as well: after a death here it is cut off and comes again
 *   stored --> opened    acknowledged: state of the sinks, report and entries change in one step, and only for the owner of the lease
 *   opened --> collected every line has its outcome and every outcome is acknowledged; each step of the end may happen twice
 *   any --> lost, stopped, broken   nothing is written any more; whoever leases the run next begins at the top
 */
export const collectRun = async (effects: CollectEffects, stop: AbortSignal): Promise<CollectEnding> => {
  const lease = await effects.takeLease();
  if (lease === undefined) return 'owned-elsewhere';
  await using end = new AsyncDisposableStack();
  end.defer(lease.release);
  if (await effects.isCollected()) return 'collected';

  const until = AbortSignal.any([stop, lease.lost]);
  const outcomes = await effects.openOutcomes(lease, until);
  end.defer(outcomes.close);
  const sinks = await effects.openSinks({ lease, outcomes }, until);
  if (sinks === undefined) return endingOf(lease);
  end.defer(sinks.close);

  while (!until.aborted) {
    const batch = await outcomes.next();
    if (!lease.isHeld()) return 'lost';
    if (batch.records > 0) {
      if (!(await sinks.store(batch))) return endingOf(lease);
      if (!(await outcomes.acknowledge(batch, sinks))) return 'lost';
      await sinks.acknowledged();
    }
    if (mayBeLast(batch) && (await effects.isComplete())) {
      await effects.finish(sinks);
      return 'collected';
    }
  }
  return endingOf(lease);
};

function mayBeLast(batch: OutcomeBatch): boolean {
  return batch.ended || batch.records === 0;
}

function endingOf(lease: Lease): CollectEnding {
  return lease.isHeld() ? 'stopped' : 'lost';
}
