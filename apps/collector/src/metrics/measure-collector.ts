import type { Lease } from '@trawl/shared/frontier/lease.ts';
import type { OutcomeBatch } from '@trawl/shared/frontier/outcome-stream.ts';
import type { Handles } from '@trawl/shared/platform/health/metric.ts';
import type { collectorMetrics } from './collector-metrics.ts';

export type CollectorMeasure = ReturnType<typeof measureCollector>;

/** What happens to records, as numbers. @param now monotonic ms */
export const measureCollector = (metrics: Handles<typeof collectorMetrics>, now: () => number) => {
  let runs = 0;

  return {
    /** The same lease; its run counts until it is released. */
    ownedRun: (lease: Lease): Lease => {
      runs++;
      return {
        ...lease,
        release: async () => {
          runs--;
          await lease.release();
        },
      };
    },

    /** The same sinks, with what they store counted. */
    sinks: <S extends { store: (batch: OutcomeBatch) => Promise<boolean> }>(sinks: S): S => ({
      ...sinks,
      store: async (batch: OutcomeBatch) => {
        const startedMs = now();
        const isStored = await sinks.store(batch);
        metrics.storeDuration.observe((now() - startedMs) / 1000);
        if (isStored) metrics.recordBatches.add();
        if (isStored) metrics.recordsWritten.add(batch.records);
        return isStored;
      },
    }),

    runsCollecting: (): number => runs,
  };
};
