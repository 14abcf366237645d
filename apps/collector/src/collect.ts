import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import type { RunLease } from './run-lease.ts';
import type { RunSinks } from './sink/open-sinks.ts';

/** What collecting one run needs done. */
export type CollectEffects = {
  /** Undefined: another collector has the run. */
  takeLease: () => Promise<RunLease | undefined>;
  isCollected: () => Promise<boolean>;
  /** Cut back to what was acknowledged. Undefined: told to stop while a sink could not be opened. */
  openSinks: (lease: RunLease, stop: AbortSignal) => Promise<RunSinks | undefined>;
  openOutcomes: (until: AbortSignal) => Promise<Outcomes>;
  /** False: another collector has the run now. */
  acknowledge: (batch: OutcomeBatch, held: { lease: RunLease; sinks: RunSinks }) => Promise<boolean>;
  /** Has every line its outcome, and has every outcome been acknowledged? */
  isComplete: () => Promise<boolean>;
  /** Ends the sinks, frees what only collecting needed, and marks the run as collected. */
  finish: (sinks: RunSinks) => Promise<void>;
};

/** What the ledger recorded and no sink has. After `until` it gives no more than what it has in hand. */
export type Outcomes = { next: () => Promise<OutcomeBatch>; close: () => void };

export type CollectEnding = 'collected' | 'owned-elsewhere' | 'lost' | 'stopped';

/**
 * One run's way from the outcome stream into its sinks. Read this first. It may break off anywhere: what was not
 * acknowledged comes again, to sinks that were cut back. Rejects when Redis is lost or a sink needs its user.
 */
export const collectRun = async (effects: CollectEffects, stop: AbortSignal): Promise<CollectEnding> => {
  const lease = await effects.takeLease();
  if (lease === undefined) return 'owned-elsewhere';
  await using end = new AsyncDisposableStack();
  end.defer(lease.release);
  if (await effects.isCollected()) return 'collected';

  const sinks = await effects.openSinks(lease, stop);
  if (sinks === undefined) return endingOf(lease);
  end.defer(sinks.close);
  const until = AbortSignal.any([stop, lease.lost]);
  const outcomes = await effects.openOutcomes(until);
  end.defer(outcomes.close);

  while (!until.aborted) {
    const batch = await outcomes.next();
    if (!lease.isHeld()) return 'lost';
    if (batch.records > 0) {
      if (!(await sinks.store(batch))) return endingOf(lease);
      if (!(await effects.acknowledge(batch, { lease, sinks }))) return 'lost';
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

function endingOf(lease: RunLease): CollectEnding {
  return lease.isHeld() ? 'stopped' : 'lost';
}
