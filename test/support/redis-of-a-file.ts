import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startTestRedis, type TestRedis } from './redis-for-tests.ts';

/** Gives a test file a Redis of its own, empty before each test. */
export const withRedisOfItsOwn = (begin: (redis: Redis) => void): void => {
  let server: TestRedis;
  let redis: Redis;
  beforeAll(async () => {
    server = await startTestRedis();
    redis = await server.connect();
    begin(redis);
  });
  beforeEach(async () => void (await redis.flushall()));
  afterAll(() => server.stop());
};
