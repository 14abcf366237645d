import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { afterEach, expect, test, vi } from 'vitest';
import { openFetchQueue } from '../../apps/producer/src/release/fetch-queue.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));
afterEach(() => vi.restoreAllMocks());

/** As ioredis says it, for commands behind the first answer of a pipeline. */
const cutOff = Object.assign(new Error('Command aborted due to connection close'), { name: 'AbortError' });
const released = (seq: number) => ({
  host: 'h',
  run: 'a',
  turnHeld: true,
  record: `${seq} 0 ${seq + 1} 0 0 http://h/`,
});

test('jobs whose adding was cut off are added again, and rely on no turn: they may have ended meanwhile', async () => {
  const queue = openFetchQueue(redis, firstShard);
  vi.spyOn(Queue.prototype, 'addBulk').mockRejectedValueOnce(cutOff);
  await queue.add([released(0), released(1)], 1000);
  const datas = await Promise.all(
    ['a-0-0', 'a-1-0'].map(
      async (id) => JSON.parse((await redis.hget(`{t0}:fetch:${id}`, 'data')) ?? 'null') as object,
    ),
  );
  expect(datas).toMatchObject([{ turnHeld: false }, { turnHeld: false }]);
  await queue.close();
});

test('any other failure is not covered up', async () => {
  const queue = openFetchQueue(redis, firstShard);
  vi.spyOn(Queue.prototype, 'addBulk').mockRejectedValueOnce(new Error('NOPERM'));
  await expect(queue.add([released(0)], 1000)).rejects.toThrow('NOPERM');
  await queue.close();
});
