import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect } from 'vitest';

/** Fails with the names of keys that match none of the patterns. */
export const expectNoKeysLeft = async (redis: Redis, allowedPatterns: RegExp[]): Promise<void> => {
  const left = (await redis.keys('*')).filter((key) => !allowedPatterns.some((pattern) => pattern.test(key)));
  expect(left.sort()).toEqual([]);
};
