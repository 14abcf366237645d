import { setTimeout as delay } from 'node:timers/promises';
import { createFleet } from '@trawl/shared/frontier/fleet.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { type Redis, redisNowMs } from '@trawl/shared/platform/redis.ts';

const lookEveryMs = 20;
const longestMs = 3000;

/**
 * Resolves when a worker takes jobs. All processes of a fleet that start at once share the same cores: who feeds comes after those
 * who fetch, so that the first URLs do not wait, and the whole is ready no later.
 */
export const workersAreThere =
  (redis: Redis) =>
  async (stop: AbortSignal): Promise<void> => {
    const fleet = createFleet(redis, firstShard);
    const giveUpAtMs = (await redisNowMs(redis)) + longestMs;
    while (!stop.aborted) {
      const nowMs = await redisNowMs(redis);
      if (nowMs > giveUpAtMs || (await fleet.concurrency(nowMs)) > 0) return;
      await delay(lookEveryMs);
    }
  };
