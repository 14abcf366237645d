import type { Frontier, PushBatch } from '@trawl/shared/frontier/frontier.ts';
import type { Handles } from '@trawl/shared/platform/health/metric.ts';
import type { producerMetrics } from './producer-metrics.ts';

/** The same frontier, with what went through it counted. @param onRelease called whenever release has answered */
export const measuredFrontier = (
  frontier: Frontier,
  { metrics, onRelease }: { metrics: Handles<typeof producerMetrics>; onRelease: () => void },
): Frontier => ({
  ...frontier,
  push: async (batch) => {
    const result = await frontier.push(batch);
    if (result.kind !== 'pushed') return result;
    metrics.linesPushed.add(batch.items.length);
    metrics.outcomes.add('duplicate', result.duplicates);
    metrics.outcomes.add('invalid', invalidLines(batch));
    return result;
  },
  release: async (limits) => {
    const released = await frontier.release(limits);
    onRelease();
    metrics.urlsReleased.add(released.urls.length);
    return released;
  },
});

const invalidLines = ({ items }: PushBatch): number => items.filter(({ kind }) => kind === 'invalid').length;
