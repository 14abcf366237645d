import { forgetRuns } from '@trawl/shared/frontier/forget-runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { expect, test } from 'vitest';
import { commitOf, frontierWorld } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

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
