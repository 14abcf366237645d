import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { parseInfo } from '@trawl/shared/platform/redis-facts.ts';
import { machineMs } from '../machine-clock.ts';

const lookEveryMs = 100;

/** Until `over`: the longest time for which a Redis could not write what it was told, ms. */
export const longestRefusalMs = async (redis: Redis, over: AbortSignal): Promise<number> => {
  let [longest, sinceMs]: [number, number | undefined] = [0, undefined];
  while (!over.aborted) {
    const info = await Promise.race([redis.info('persistence').catch(() => ''), delay(1000, '')]);
    const isRefusing = parseInfo(info).aof_last_write_status === 'err';
    sinceMs = isRefusing ? (sinceMs ?? machineMs()) : undefined;
    if (sinceMs !== undefined) longest = Math.max(longest, machineMs() - sinceMs);
    await delay(lookEveryMs);
  }
  return longest;
};
