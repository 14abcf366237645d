import type { Redis } from '../platform/redis.ts';
import { UserError } from '../platform/user-error.ts';
import { keysOf, type Shard } from './shard.ts';

/** Redis knew the run and does not know it any more: somebody deleted it (FLUSHALL), or Redis lost its data. */
export class RunGone extends UserError {
  override name = 'RunGone';

  constructor(run: string) {
    super(
      `The run ${run} is gone from Redis: its data was deleted, or Redis lost it.`,
      'What its sinks hold stays as it is. Restore the data of Redis, or start a new run.',
    );
  }
}

/** Throws RunGone when Redis does not know the run. */
export const refuseGoneRun = async (redis: Redis, shard: Shard, run: string): Promise<void> => {
  if ((await redis.hexists(keysOf(shard).run(run), 'spec')) === 0) throw new RunGone(run);
};
