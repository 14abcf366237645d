import type { Logger } from '@trawl/shared/platform/logger.ts';
import { parseInfo } from '@trawl/shared/platform/redis-facts.ts';

export type MemoryAlarm = {
  /** True: nothing more should be put into Redis, so that there is room for the outcomes of what is in it. */
  rings: () => Promise<boolean>;
  /** For /readyz. */
  reason: () => string | undefined;
};

/** Of `maxmemory`. What is in flight must still fit in above it: jobs, outcomes and the way to the sinks. */
const highShare = 0.85;
const lookAgainAfterMs = 1000;

/**
 * Looks at the memory of Redis, at most once a second.
 * @param infoMemory the section of that name, as Redis gives it
 * @param now monotonic ms
 */
export const createMemoryAlarm = ({
  infoMemory,
  now,
  log,
}: {
  infoMemory: () => Promise<string>;
  now: () => number;
  log: Pick<Logger, 'warn' | 'info'>;
}): MemoryAlarm => {
  let lookedAtMs: number | undefined;
  let isHigh = false;

  const look = async (): Promise<void> => {
    lookedAtMs = now();
    const { used_memory: used, maxmemory } = parseInfo(await infoMemory());
    const [usedBytes, mostBytes] = [Number(used ?? 0), Number(maxmemory ?? 0)];
    const wasHigh = isHigh;
    isHigh = mostBytes > 0 && usedBytes > mostBytes * highShare;
    if (isHigh && !wasHigh) log.warn({ usedBytes, mostBytes }, 'Redis is nearly full: pushing waits');
    if (wasHigh && !isHigh) log.info('Redis has room again');
  };
  return {
    rings: async () => {
      if (lookedAtMs === undefined || now() - lookedAtMs >= lookAgainAfterMs) await look();
      return isHigh;
    },
    reason: () => (isHigh ? 'Redis is nearly full' : undefined),
  };
};
