import { outcomeClasses } from '../domain/outcome-class.ts';
import { counterBy } from '../platform/health/metric.ts';

/**
 * Workers count what they fetched, producers what ended without a fetch. Exact but for answers of Redis that got lost: the
 * ledger is.
 */
export const outcomesMetric = counterBy(
  'trawl_outcomes_total',
  { name: 'class', values: outcomeClasses },
  'Lines that got their outcome through this process.',
);
