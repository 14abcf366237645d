import { outcomesMetric } from '@trawl/shared/frontier/outcome-metric.ts';
import { counter, counterBy, durationBuckets, gauge, histogram } from '@trawl/shared/platform/health/metric.ts';

/** What a worker counts. */
export const workerMetrics = {
  outcomes: outcomesMetric,
  fetchDuration: histogram(
    'trawl_fetch_duration_seconds',
    durationBuckets,
    'One fetch with its redirects, from its start to the last byte or the failure.',
  ),
  turnWait: histogram(
    'trawl_turn_wait_seconds',
    durationBuckets,
    'From the release of a URL to the start of its first fetch: in the queue, and until its host may be asked.',
  ),
  fetchesInFlight: gauge('trawl_fetches_in_flight', 'Fetches under way.'),
  fetchesWaiting: gauge(
    'trawl_fetches_waiting',
    'Fetches that could begin, and wait until the event loop has time for them.',
  ),
  concurrency: gauge('trawl_concurrency', 'URLs that the worker takes at once (--concurrency).'),
  retries: counter('trawl_retries_total', 'Failed tries that are repeated later; each costs an attempt.'),
  defers: counterBy(
    'trawl_defers_total',
    { name: 'reason', values: ['refused', 'returned', 'redirect'] },
    'URLs put off without costing an attempt. refused: the host asked for a pause; returned: no turn, run paused, or worker stopping; redirect: the host that it leads to is busy.',
  ),
  turns: counterBy(
    'trawl_turns_total',
    { name: 'answer', values: ['go', 'busy', 'recorded', 'superseded', 'paused', 'cancelled'] },
    'Answers of Redis to a worker that asked for a turn; a first try on a host without a gap need not ask.',
  ),
  robotsRequests: counter(
    'trawl_robots_requests_total',
    'Requests for a robots.txt: one an origin and day for the whole fleet, more where it cannot be had.',
  ),
  wireBytes: counter('trawl_wire_bytes_total', 'Bytes of bodies received, as they came, failed tries included.'),
} as const;
