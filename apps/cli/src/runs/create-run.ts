import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { describeCheck, refuseUnfitRedis } from '@trawl/shared/platform/redis-checks.ts';
import type { Shell } from '../shell.ts';

/** Creates the run in a Redis that can keep the promises of one. Throws UnfitRedis. */
export const createRun = async (redis: Redis, plan: Omit<RunSpec, 'createdAtMs'>, shell: Shell): Promise<RunSpec> => {
  const { warnings } = await refuseUnfitRedis(redis);
  for (const warning of warnings) shell.stderr.write(`warning: Redis: ${describeCheck(warning)}\n  ${warning.remedy}\n`);
  const spec: RunSpec = { ...plan, createdAtMs: Math.floor(await redisNowMs(redis)) };
  if (!(await createRuns(redis, firstShard).create(spec))) throw new Error(`a run of the name ${spec.run} was created in the same second`);
  return spec;
};
