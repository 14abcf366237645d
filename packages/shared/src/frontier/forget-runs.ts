import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { keysOf, type Shard } from './shard.ts';

const runsAtOnce = 500;

/** Forgets the runs that were collected before `beforeMs`, files of sinks excepted. Answers how many. */
export const forgetRuns = async (redis: Redis, shard: Shard, beforeMs: number): Promise<number> => {
  const scripts = loadScripts(redis);
  let forgotten = 0;
  for (let kept = 0; ; ) {
    const old = await redis.zrangebyscore(keysOf(shard).runs, '-inf', beforeMs, 'LIMIT', kept, runsAtOnce);
    if (old.length === 0) return forgotten;
    for (const run of old) {
      if ((await scripts.forget([shard.prefix], [run, beforeMs])) === 1) forgotten++;
      else kept++;
    }
  }
};
