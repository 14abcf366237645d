import { counter, durationBuckets, gauge, histogram } from '@trawl/shared/platform/health/metric.ts';

/** What a collector counts. */
export const collectorMetrics = {
  recordsWritten: counter(
    'trawl_records_written_total',
    'Records made durable in all sinks of their run; after a crash some are written twice.',
  ),
  recordBatches: counter('trawl_record_batches_total', 'Batches that they came in.'),
  storeDuration: histogram(
    'trawl_store_duration_seconds',
    durationBuckets,
    'One batch into all sinks of its run: written, synced, and repeated where a sink refused.',
  ),
  runsCollecting: gauge('trawl_runs_collecting', 'Runs that this collector has now.'),
} as const;
