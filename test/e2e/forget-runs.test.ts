import { forgetRuns } from '@trawl/shared/frontier/forget-runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commitOf, frontierWorld } from '../support/frontier-world.ts';
import { startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';

let server: TestRedis;
let world: ReturnType<typeof frontierWorld>;
beforeAll(async () => {
  server = await startTestRedis();
  world = frontierWorld(await server.connect());
});
afterAll(() => server.stop());

test('runs that were collected long ago leave nothing behind; others stay as they are', async () => {
  for (const run of ['old', 'new', 'open']) {
    await world.startRun(run);
    await world.pushAll(run, [{ host: 'h' }]);
  }
  const { urls } = await world.release();
  await world.frontier.commit(urls.filter(({ run }) => run !== 'open').map((url) => commitOf(url)));
  await world.redis.hset(world.keys.run('old'), 'collectedAtMs', 1000);
  await world.redis.hset(world.keys.run('new'), 'collectedAtMs', 3000);

  expect(await forgetRuns(world.redis, firstShard, 2000)).toBe(1);
  expect((await world.runs.list()).toSorted()).toEqual(['new', 'open']);
  expect(await world.redis.keys('*:old*')).toEqual([]);
  expect(await world.runs.status('new')).toMatchObject({ recorded: 1 });
  expect(await forgetRuns(world.redis, firstShard, 2000)).toBe(0);
});
