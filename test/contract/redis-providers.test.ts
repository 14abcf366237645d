import { connectRedis, disconnectRedis, redisNowMs } from '@trawl/shared/platform/redis.ts';
import { checkRedis } from '@trawl/shared/platform/redis-checks.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedTestRedis, startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';
import { redisProviders } from '../support/redis-providers.ts';

for (const { name, unavailable, start } of await redisProviders()) {
  const title = unavailable === undefined ? name : `${name} (skipped: ${unavailable})`;
  if (unavailable !== undefined) process.stdout.write(`skipped: ${name}: ${unavailable}\n`);

  describe.skipIf(unavailable !== undefined)(`a Redis of the kind ${title}`, () => {
    let server: TestRedis;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    test('answers on the address that its URL names', async () => {
      expect(await (await server.connect()).ping()).toBe('PONG');
    });

    test('passes every check without a problem or a warning', async () => {
      const { problems, warnings, facts } = await checkRedis(await server.connect());
      expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
      expect(facts).toMatchObject({
        maxmemoryPolicy: 'noeviction',
        appendonly: true,
        appendfsync: 'everysec',
        hashMaxListpackValue: 512,
      });
    });

    test('tells its time in milliseconds since 1970', async () => {
      const redis = await server.connect();
      const [before, after] = [await redisNowMs(redis), await redisNowMs(redis)];
      expect(before).toBeGreaterThan(Date.parse('2024-01-01'));
      expect(after).toBeGreaterThanOrEqual(before);
    });

    test('shows who is connected by role and process', async () => {
      const redis = await server.connect('watcher');
      expect(String(await redis.client('LIST'))).toContain(`name=trawl:watcher:${process.pid} `);
    });

    test('keeps databases apart by the number in the URL', async () => {
      const [first, second] = [
        await server.connect(),
        await connectRedis({ ...server.connection, db: 1 }, { role: 'test' }),
      ];
      await first.set('apart', '0');
      expect(await second.get('apart')).toBeNull();
      await disconnectRedis(second);
    });
  });
}

describe('an embedded Redis that was killed', () => {
  let server: EmbeddedTestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server?.stop());

  test('has what it acknowledged before, and old connections find it by themselves', async () => {
    const redis = await server.connect();
    for (let i = 0; i < 100; i += 1) await redis.rpush('list', i);
    await server.kill();
    await server.restart();
    expect(await redis.llen('list')).toBe(100);
  });
});
