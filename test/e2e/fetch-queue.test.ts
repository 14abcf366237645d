import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openFetchQueue } from '../../apps/producer/src/release/fetch-queue.ts';
import { openGate } from '../support/chaos/redis-gate.ts';
import { startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';

let server: TestRedis;
let redis: Redis;
let gate: Awaited<ReturnType<typeof openGate>>;
let throughGate: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = await server.connect();
  gate = await openGate(() => server.connection.port);
  throughGate = await connectRedis({ ...server.connection, port: gate.port }, { role: 'test' });
});
beforeEach(async () => void (await redis.flushall()));
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await disconnectRedis(throughGate);
  await gate.close();
  await server.stop();
});

const released = (seq: number) => ({
  host: 'h',
  run: 'a',
  turnHeld: true,
  record: `${seq} 0 ${seq + 1} 0 0 http://h/`,
});
const dataOf = async (id: string): Promise<object> =>
  JSON.parse((await redis.hget(`{t0}:fetch:${id}`, 'data')) ?? 'null') as object;

test('a job that was added without an answer, and has ended since, comes again only to ask for its turn', async () => {
  const queue = openFetchQueue(throughGate, firstShard);
  await queue.add([released(0)], 1000);
  expect(await dataOf('a-0-0')).toMatchObject({ turnHeld: true });
  gate.setTrap({
    holds: ({ words }) => words[0]?.toLowerCase().startsWith('eval') === true,
    when: 'after',
    passes: 0,
    spring: async () => {
      expect(await dataOf('a-1-0')).toMatchObject({ turnHeld: true });
      await redis.del('{t0}:fetch:a-1-0');
      return 'cut';
    },
  });
  await queue.add([released(1)], 1000);
  expect(await dataOf('a-1-0')).toMatchObject({ turnHeld: false });
  await queue.add([released(2)], 1000);
  expect(await dataOf('a-2-0')).toMatchObject({ turnHeld: true });
  await queue.close();
});

test('jobs wait for a Redis that is away', async () => {
  const queue = openFetchQueue(throughGate, firstShard);
  await queue.add([released(0)], 1000);
  gate.cutAll();
  await queue.add([released(1)], 1000);
  expect(await dataOf('a-1-0')).toMatchObject({ run: 'a' });
  await queue.close();
});

test('what is closed is not opened again', async () => {
  const queue = openFetchQueue(redis, firstShard);
  await queue.add([released(0)], 1000);
  await queue.close();
  await expect(queue.add([released(1)], 1000)).rejects.toThrow();
  expect(await dataOf('a-1-0')).toBe(null);
});

test('any other failure is not covered up', async () => {
  const queue = openFetchQueue(redis, firstShard);
  vi.spyOn(Queue.prototype, 'addBulk').mockRejectedValueOnce(new Error('NOPERM'));
  await expect(queue.add([released(0)], 1000)).rejects.toThrow('NOPERM');
  await queue.close();
});
