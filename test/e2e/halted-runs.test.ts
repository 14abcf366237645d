import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { followHaltedRuns } from '../../apps/worker/src/halted-runs.ts';
import { logForTests } from '../support/log-for-tests.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';
import { until } from '../support/until.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

test('a worker that stood still starts nothing on what it knew before', async () => {
  let skippedMs = 0;
  const now = () => performance.now() + skippedMs;
  const [listener, stopping] = [redis.duplicate(), new AbortController().signal];
  const { log } = logForTests();
  const halted = await followHaltedRuns({ redis, listener, shard: firstShard, stopping, log, now });
  expect(halted.of('a')).toBe(undefined);
  await redis.hset(keysOf(firstShard).halted, 'a', 'cancelled');
  skippedMs = 10_000;
  expect(halted.of('b')).toBe('paused');
  await until(() => halted.of('a') === 'cancelled');
  expect(halted.of('b')).toBe(undefined);
  halted.close();
  listener.disconnect();
});
