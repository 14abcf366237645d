import { readFigures } from '@trawl/shared/domain/report-counters.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type RunReport, runReport } from './run-report.ts';

const mostHosts = 20;

/** Reads a run's counters; undefined when there is no such run. */
export const readReport = async (redis: Redis, shard: Shard, run: string): Promise<RunReport | undefined> => {
  const keys = keysOf(shard);
  const [status, stats, failing] = await Promise.all([
    createRuns(redis, shard).status(run),
    redis.hgetall(keys.stats(run)),
    redis.zrevrange(keys.failing(run), 0, mostHosts - 1, 'WITHSCORES'),
  ]);
  if (status === undefined) return undefined;
  return runReport({ status, figures: readFigures(stats), failingHosts: pairs(failing) });
};

/** `host, score, host, score ...` */
function pairs(flat: string[]): { host: string; failed: number }[] {
  return flat.flatMap((host, i) => (i % 2 === 0 ? [{ host, failed: Number(flat[i + 1]) }] : []));
}
