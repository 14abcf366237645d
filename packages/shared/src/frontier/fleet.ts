import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

/** Which workers are there and how much they take at once: the window of release follows it. */
export const createFleet = (redis: Redis, shard: Shard) => {
  const key = keysOf(shard).workers;
  return {
    /** Says "I am here" for `lifeMs`; repeat it well before that has passed. */
    announce: async (worker: { id: string; concurrency: number }, nowMs: number, lifeMs: number): Promise<void> => {
      await redis.hset(key, worker.id, `${worker.concurrency} ${Math.round(nowMs + lifeMs)}`);
    },
    leave: async (id: string): Promise<void> => void (await redis.hdel(key, id)),
    /** Sum over the workers that are there; forgets those that have gone silent. */
    concurrency: async (nowMs: number): Promise<number> => {
      const workers = Object.entries(await redis.hgetall(key)).map(([id, text]) => {
        const [concurrency = 0, untilMs = 0] = text.split(' ').map(Number);
        return { id, concurrency, isHere: untilMs > nowMs };
      });
      const gone = workers.filter(({ isHere }) => !isHere).map(({ id }) => id);
      if (gone.length > 0) await redis.hdel(key, ...gone);
      return workers.reduce((sum, { isHere, concurrency }) => sum + (isHere ? concurrency : 0), 0);
    },
  };
};
