import { encodeLine } from '@trawl/shared/domain/frontier-line.ts';
import { finishCancelledRun } from '@trawl/shared/frontier/finish-cancelled-run.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { expect, test } from 'vitest';
import { frontierWorld, turnOfReleased } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

test('a line that was deferred ends with its cancelled run, also where its time has a fraction', async () => {
  await world.startRun('a');
  await world.pushAll('a', [{ host: 'h' }, { host: 'h' }, { host: 'other' }]);
  const [first] = (await world.release({ most: 1 })).urls;
  if (first === undefined) throw new Error('nothing was released');
  const line = {
    seq: turnOfReleased(first).seq,
    release: 1,
    line: 1,
    attempts: 0,
    deferredSinceMs: 1234.5625,
    url: 'http://h/',
  };
  await world.frontier.yield(turnOfReleased(first), { putBack: encodeLine(line), pauseMs: 1000 });

  await createRunControl(world.redis, firstShard).cancel('a');
  const options = {
    redis: world.redis,
    shard: firstShard,
    sinkLagBytes: 1e9,
    nowIso: () => '2026-01-01T00:00:00.000Z',
    pause: async () => undefined,
  };
  expect(await finishCancelledRun('a', options, new AbortController().signal)).toBe(3);
  expect((await world.runs.status('a'))?.classes).toEqual({ cancelled: 3 });
  expect(await world.linesOf('a')).toBe(0);
});
