import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { connectedRoles } from '@trawl/shared/platform/client-names.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';

/**
 * Do others finish the run, once it is not paused? A collector must have it, and a worker and a producer must be there. Who was
 * killed a moment ago still looks alive where the server does not tell who is connected.
 */
export const isWorkedOn = async (redis: Redis, run: string): Promise<boolean> => {
  if ((await redis.exists(keysOf(firstShard).owner(run))) === 0) return false;
  const roles = await connectedRoles(redis);
  if (roles !== undefined) return ['producer', 'worker', 'collector'].every((role) => roles.has(role));
  return (await createFleet(redis, firstShard).concurrency(await redisNowMs(redis))) > 0;
};
