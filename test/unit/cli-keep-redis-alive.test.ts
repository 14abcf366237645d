import { RedisDidNotStart } from '@trawl/shared/platform/embedded-redis/start-server.ts';
import { expect, test } from 'vitest';
import { keepRedisAlive } from '../../apps/cli/src/fleet/keep-redis-alive.ts';
import type { CommandRedis } from '../../apps/cli/src/redis-of-command.ts';

/** A Redis that was killed, whose starts end as told, one after the other; then it runs. */
const keep = async (endings: Error[]) => {
  const notices: string[] = [];
  const stop = new AbortController();
  let isAlive = false;
  const embedded = {
    url: 'redis://own',
    isAlive: () => isAlive,
    ensureAlive: async () => {
      const ending = endings.shift();
      if (ending !== undefined) throw ending;
      isAlive = true;
      stop.abort();
      return true;
    },
  };
  const place = { redis: { status: 'ready' }, url: 'redis://own', embedded } as unknown as CommandRedis;
  const kept = keepRedisAlive(place, { notice: (text) => void notices.push(text), now: () => 0, stop: stop.signal });
  return { kept, notices };
};

test('a Redis whose files cannot be written is started when they can, and the user is told why it waits', async () => {
  const { kept, notices } = await keep([
    new Error('ENOSPC: no space left on device, write'),
    new Error("Can't open or create append-only dir appendonlydir: Permission denied"),
  ]);
  await kept;
  expect(notices).toEqual([expect.stringContaining('is gone'), expect.stringContaining('ENOSPC')]);
});

test('a Redis that is killed while it starts is started once more', async () => {
  const { kept, notices } = await keep([new RedisDidNotStart('Ready to accept connections', 'See redis.log.')]);
  await kept;
  expect(notices).toHaveLength(2);
});

test('a Redis that cannot be started for another reason ends the crawl', async () => {
  const { kept } = await keep([new Error('Bad file format reading the append only file')]);
  await expect(kept).rejects.toThrow('Bad file format');
});
