import { fleetMetrics } from '@trawl/shared/frontier/fleet-metrics.ts';
import { outcomesMetric } from '@trawl/shared/frontier/outcome-metric.ts';
import { counter } from '@trawl/shared/platform/health/metric.ts';

/** What a producer counts, and what it shows of the whole fleet. */
export const producerMetrics = {
  outcomes: outcomesMetric,
  linesPushed: counter('trawl_lines_pushed_total', 'Input lines that this producer has put into Redis.'),
  urlsReleased: counter(
    'trawl_urls_released_total',
    'URLs moved from the frontier to the queue; some come back and are released again.',
  ),
  jobsReadded: counter('trawl_jobs_readded_total', 'Released URLs whose job was missing, and was added again.'),
  ...fleetMetrics,
} as const;
