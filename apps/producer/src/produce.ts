import type { RunSpec } from '@trawl/shared/domain/run.ts';

/** What the producer's journey needs done; each is a folder of its name. */
export type ProduceEffects = {
  /** Refuses a source that is not the one the run began with. */
  checkSource: (spec: RunSpec) => Promise<void>;
  /** source > canonicalise > push, from the checkpoint to the end of the source. */
  feed: (spec: RunSpec, stop: AbortSignal) => Promise<void>;
  /** The same for every run that is left to the fleet, until told to stop. */
  feedFleet: (stop: AbortSignal) => Promise<void>;
  /** Until told to stop; rejects when Redis does not know the run any more. */
  watchOwnRun: (spec: RunSpec, stop: AbortSignal) => Promise<void>;
  /** Frontier to queue, for all runs, until told to stop. */
  release: (stop: AbortSignal) => Promise<void>;
  /** Adds jobs again that went missing between release and queue, until told to stop. */
  sweep: (stop: AbortSignal) => Promise<void>;
  /** The remaining lines of cancelled runs get their outcome, until told to stop. */
  endCancelled: (stop: AbortSignal) => Promise<void>;
  /** Schedules start their runs, until told to stop. */
  serveSchedules: (stop: AbortSignal) => Promise<void>;
};

/** What this producer is for: feeding one run, releasing for all, or both. One that has no run of its own serves the whole fleet. */
export type ProducerDuty = { feeds: RunSpec | undefined; releases: boolean };

/** A producer's whole work. Read this first; resolves when it has nothing left to do or was stopped. */
export const produce = async (duty: ProducerDuty, effects: ProduceEffects, stop: AbortSignal): Promise<void> => {
  const servesFleet = duty.releases && duty.feeds === undefined;
  if (duty.feeds) await effects.checkSource(duty.feeds);
  await Promise.all([
    duty.feeds && effects.feed(duty.feeds, stop),
    servesFleet && effects.feedFleet(stop),
    duty.feeds && duty.releases && effects.watchOwnRun(duty.feeds, stop),
    duty.releases && effects.release(stop),
    duty.releases && effects.sweep(stop),
    duty.releases && effects.endCancelled(stop),
    servesFleet && effects.serveSchedules(stop),
  ]);
};
