import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import type { Commit, Frontier } from '@trawl/shared/frontier/frontier.ts';
import type { Handles } from '@trawl/shared/platform/health/metric.ts';
import type { Ending, Job } from '../job.ts';
import type { workerMetrics } from './worker-metrics.ts';

export type WorkerMeasure = ReturnType<typeof measureWorker>;

/** What happens to URLs, as numbers. A URL passes here four times; each is a few additions, and none waits for anything. */
export const measureWorker = (metrics: Handles<typeof workerMetrics>) => {
  let inFlight = 0;

  return {
    /** @param nowMs estimate of Redis ms */
    fetchBegins: (job: Job, nowMs: number): void => {
      inFlight++;
      if (job.isFirstExecution) metrics.turnWait.observe(Math.max(0, nowMs - job.releasedAtMs) / 1000);
    },
    fetched: ({ kind, trace }: FetchOutcome): void => {
      metrics.wireBytes.add(trace.wireBytes);
      if (kind !== 'interrupted') metrics.fetchDuration.observe(trace.timings.totalMs / 1000);
    },
    robotsAsked: ({ trace }: FetchOutcome): void => {
      metrics.robotsRequests.add();
      metrics.wireBytes.add(trace.wireBytes);
    },
    fetchEnds: (): void => void inFlight--,
    /** @param pauseMs undefined: the host did not ask for it */
    putBack: (pauseMs: number | undefined): void => metrics.defers.add(pauseMs === undefined ? 'returned' : 'refused'),
    executionEnds: ({ next }: Ending): void => {
      if (next === 'retry') metrics.retries.add();
      else if (next === 'wait') metrics.defers.add('redirect');
    },
    fetchesInFlight: (): number => inFlight,
  };
};

/** The same frontier, with its answers counted. */
export const measuredFrontier = (frontier: Frontier, metrics: Handles<typeof workerMetrics>): Frontier => ({
  ...frontier,
  acquire: async (...request) => {
    const turn = await frontier.acquire(...request);
    metrics.turns.add(turn.kind);
    return turn;
  },
  commit: async (commits: Commit[]) => {
    const recorded = await frontier.commit(commits);
    for (const [i, commit] of commits.entries()) if (recorded[i] === true) metrics.outcomes.add(commit.class);
    return recorded;
  },
});
