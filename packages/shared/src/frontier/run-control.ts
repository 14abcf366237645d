import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { scanDueHosts } from './scan-hosts.ts';
import { keysOf, type Shard } from './shard.ts';

/** `finished`: it has all its outcomes already. `cancelled`: it can be neither paused nor resumed. */
export type HaltAnswer = 'done' | 'finished' | 'cancelled' | 'unknown';

export type RunControl = ReturnType<typeof createRunControl>;

/** What stops a run or lets it go on, in every process of the fleet within a second. Whatever is asked for twice is done once. */
export const createRunControl = (redis: Redis, shard: Shard) => {
  const scripts = loadScripts(redis);
  const halt = async (run: string, act: 'pause' | 'resume' | 'cancel'): Promise<HaltAnswer> =>
    (await scripts.halt([shard.prefix], [run, act])) as HaltAnswer;

  return {
    /** No URL of it starts any more; what is in flight ends. */
    pause: (run: string): Promise<HaltAnswer> => halt(run, 'pause'),
    resume: async (run: string): Promise<HaltAnswer> => {
      const answer = await halt(run, 'resume');
      if (answer === 'done')
        for await (const hosts of scanDueHosts(redis, shard)) await scripts.arm([shard.prefix], [run, ...hosts]);
      return answer;
    },
    /** Requests in flight are broken off. Lines without an outcome get theirs from workers, producers and `finishCancelledRun`. */
    cancel: (run: string): Promise<HaltAnswer> => halt(run, 'cancel'),
  };
};

export type Halt = 'paused' | 'cancelled';

/** Runs that no worker may start URLs of. */
export const readHaltedRuns = async (redis: Redis, shard: Shard): Promise<Map<string, Halt>> => {
  const halted = await redis.hgetall(keysOf(shard).halted);
  return new Map(Object.entries(halted).map(([run, word]) => [run, word === 'paused' ? 'paused' : 'cancelled']));
};
