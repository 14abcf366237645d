import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type EmbeddedTestRedis, startTestRedis } from './redis-for-tests.ts';

type Begin = (redis: Redis, server: EmbeddedTestRedis) => void;

/** Gives a test file a Redis of its own, empty before each test. */
export const withRedisOfItsOwn = (begin: Begin): void => {
  let redis: Redis;
  withSharedRedis((connected, server) => {
    redis = connected;
    begin(redis, server);
  });
  beforeEach(async () => void (await redis.flushall()));
};

/** Gives a test file a Redis of its own that is never emptied: for tests that run beside each other. */
export const withSharedRedis = (begin: Begin): void => {
  let server: EmbeddedTestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
    begin(await server.connect(), server);
  });
  afterAll(() => server.stop());
};
