import type { RunSpec } from '../domain/run.ts';
import type { Redis } from '../platform/redis.ts';
import { UserError } from '../platform/user-error.ts';
import { createRuns } from './runs.ts';
import type { Shard } from './shard.ts';

/** The run that a flag names; undefined where the flag was not given. Throws UserError when there is none of that name. */
export const runNamed = async (redis: Redis, shard: Shard, name: string): Promise<RunSpec | undefined> => {
  if (name === '') return undefined;
  const spec = await createRuns(redis, shard).spec(name);
  if (spec === undefined) throw new UserError(`There is no run ${name}.`, 'trawl status lists the runs.');
  return spec;
};
