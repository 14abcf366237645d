import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

const hostsAtOnce = 200;

/** Every host that has lines in the frontier, at least once, in groups that a script call can take. */
export async function* scanDueHosts(redis: Redis, shard: Shard): AsyncIterable<string[]> {
  let cursor = '0';
  do {
    const [next, flat] = await redis.zscan(keysOf(shard).ready, cursor, 'COUNT', hostsAtOnce);
    cursor = next;
    // A small set comes whole, whatever COUNT says.
    for (let from = 0; from < flat.length; from += 2 * hostsAtOnce)
      yield flat.slice(from, from + 2 * hostsAtOnce).filter((_, i) => i % 2 === 0);
  } while (cursor !== '0');
}
