import { stat, truncate } from 'node:fs/promises';
import type { RunSpec } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { describeCheck, refuseUnfitRedis } from '@trawl/shared/platform/redis-checks.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { Shell } from '../shell.ts';

/** Creates the run in a Redis that can keep the promises of one, and empties the files that it will write. Throws UserError. */
export const createRun = async (redis: Redis, plan: Omit<RunSpec, 'createdAtMs'>, shell: Shell): Promise<RunSpec> => {
  const { warnings } = await refuseUnfitRedis(redis);
  for (const warning of warnings)
    shell.stderr.write(`warning: Redis: ${describeCheck(warning)}\n  ${warning.remedy}\n`);
  for (const sink of plan.sinks) if (sink.kind === 'jsonl') await emptyFile(redis, sink.path);
  const spec: RunSpec = { ...plan, createdAtMs: Math.floor(await redisNowMs(redis)) };
  if (!(await createRuns(redis, firstShard).create(spec)))
    throw new Error(`a run of the name ${spec.run} was created in the same second`);
  return spec;
};

/** A file that holds something was allowed to be overwritten; not while a run that is not complete still writes to it. */
async function emptyFile(redis: Redis, path: string): Promise<void> {
  const existing = path === '-' ? undefined : await stat(path).catch(() => undefined);
  if (!existing?.isFile() || existing.size === 0) return;
  const keys = keysOf(firstShard);
  const writer = await redis.get(keys.owner(`file:${path}`));
  if (writer !== null && (await redis.sismember(keys.toCollect, writer)) === 1)
    throw new UserError(
      `The run ${writer} writes to ${path} and is not complete.`,
      'Let it finish (trawl resume), or name another file with --out.',
    );
  await truncate(path);
}
