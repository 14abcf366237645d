import { freePort } from '@trawl/shared/platform/free-port.ts';
import { connectOnce, connectRedis, disconnectRedis } from '@trawl/shared/platform/redis.ts';
import { checkRedis, refuseUnfitRedis } from '@trawl/shared/platform/redis-checks.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedTestRedis, startTestRedis } from '../support/redis-for-tests.ts';
import { startSwallowingRelay } from '../support/swallowing-relay.ts';
import { until } from '../support/until.ts';

let server: EmbeddedTestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

const anHourMs = 3_600_000;

describe('the first connection', () => {
  test('to nobody fails after its deadline, and names the address and REDIS_URL', async () => {
    const port = await freePort();
    await expect(
      connectRedis(parseRedisUrl(`redis://127.0.0.1:${port}`), { role: 'test', deadlineMs: 50 }),
    ).rejects.toMatchObject({
      name: 'RedisUnavailable',
      exitCode: 2,
      message: expect.stringContaining(`127.0.0.1:${port}`),
      remedy: expect.stringContaining('REDIS_URL'),
    });
  });

  test.each(['wrong', undefined])('with the password %s fails at once: waiting would not help', async (password) => {
    const { password: _, ...open } = server.connection;
    const connection = password === undefined ? open : { ...open, password };
    await expect(connectRedis(connection, { role: 'test', deadlineMs: anHourMs })).rejects.toThrow(
      'refuses the credentials',
    );
  });

  test('succeeds when the server comes late but in time', async () => {
    await server.kill();
    const late = connectRedis(server.connection, { role: 'test', deadlineMs: anHourMs });
    await server.restart();
    const redis = await late;
    expect(await redis.ping()).toBe('PONG');
    await disconnectRedis(redis);
  });
});

describe('a lost connection', () => {
  test('fails no command: it is answered when the server is back, and errors are told', async () => {
    const errors: Error[] = [];
    const redis = await connectRedis(server.connection, { role: 'test', onError: (error) => errors.push(error) });
    await server.kill();
    await until(() => redis.status === 'reconnecting' && errors.length > 0);
    const answer = redis.ping();
    await server.restart();
    expect(await answer).toBe('PONG');
    await disconnectRedis(redis);
  });

  test('can be closed between two tries to reconnect', async () => {
    const redis = await connectRedis(server.connection, { role: 'test' });
    await server.kill();
    await until(() => redis.status === 'reconnecting');
    await expect(disconnectRedis(redis)).resolves.toBeUndefined();
    await server.restart();
  });

  test('that swallows everything is left for a new one, and the commands in it are answered there', async () => {
    await using relay = await startSwallowingRelay(server.connection.port);
    const toRelay = { ...server.connection, port: relay.port };
    const errors: Error[] = [];
    const onError = (error: Error) => errors.push(error);
    const redis = await connectRedis(toRelay, { role: 'test', silenceMs: 50, onError });
    relay.swallow();
    expect(await redis.ping()).toBe('PONG');
    expect(errors[0]?.message).toContain('Socket timeout');
    await disconnectRedis(redis);
  });

  test('made for one question fails it instead of asking again', async () => {
    const redis = await connectOnce(server.connection, { role: 'test', timeoutMs: anHourMs });
    const error = redis.blpop('never', 0).catch((reason: unknown) => reason);
    await server.kill();
    expect(await error).toBeInstanceOf(Error);
    await server.restart();
  });
});

test('what is asked of a connection that is lost before it was ready is answered by the next one', async () => {
  await using relay = await startSwallowingRelay(server.connection.port);
  const refusals = { refused: () => undefined, served: () => undefined };
  const redis = await connectRedis({ ...server.connection, port: relay.port }, { role: 'test', refusals });
  relay.hide('redis_version');
  redis.disconnect(true);
  await until(() => redis.status === 'connect');
  const answer = redis.info('memory');
  relay.hide(undefined);
  redis.stream.destroy();
  expect(await answer).toContain('used_memory');
  await disconnectRedis(redis);
});

test('a command that Redis refuses for want of memory is done when there is some', async () => {
  const admin = await server.connect();
  const told: string[] = [];
  const refusals = { refused: () => void told.push('refused'), served: () => void told.push('served') };
  const redis = await connectRedis(server.connection, { role: 'test', refusals });
  await admin.config('SET', 'maxmemory', '1');
  const answer = redis.set('key', 'value');
  await until(() => told.length > 1);
  await admin.config('SET', 'maxmemory', '0');
  expect(await answer).toBe('OK');
  expect(await admin.get('key')).toBe('value');
  expect([told[0], told.at(-1)]).toEqual(['refused', 'served']);
  await disconnectRedis(redis);
});

describe('the check of a Redis', () => {
  afterEach(async () => {
    const admin = await server.connect();
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await admin.config('SET', 'appendonly', 'yes');
  });

  test('refuses one that evicts, with the command that mends it; that command does', async () => {
    const redis = await server.connect();
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(refuseUnfitRedis(redis)).rejects.toMatchObject({
      name: 'UnfitRedis',
      exitCode: 2,
      message: expect.stringContaining('maxmemory-policy is allkeys-lru, must be noeviction'),
      remedy: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    });
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect((await refuseUnfitRedis(redis)).problems).toEqual([]);
  });

  test('accepts one without an append-only file, but warns that an outcome may be lost', async () => {
    const redis = await server.connect();
    await redis.config('SET', 'appendonly', 'no');
    const { problems, warnings } = await refuseUnfitRedis(redis);
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([{ setting: 'appendonly', why: 'an outcome may be lost when Redis dies' }]);
  });

  test('knows policy and append-only file also where CONFIG is forbidden, and says what it could not see', async () => {
    const admin = await server.connect();
    await admin.acl('SETUSER', 'tenant', 'on', '>pass', '~*', '&*', '+@all', '-config');
    await admin.config('SET', 'maxmemory-policy', 'volatile-ttl');
    const tenant = await connectRedis({ ...server.connection, username: 'tenant', password: 'pass' }, { role: 'test' });
    const { problems, warnings, facts } = await checkRedis(tenant);
    expect(problems.map((check) => check.setting)).toEqual(['maxmemory-policy']);
    expect(warnings.map((check) => check.setting)).toEqual(['CONFIG GET']);
    expect(facts.appendonly).toBe(true);
    await disconnectRedis(tenant);
    await admin.acl('DELUSER', 'tenant');
  });
});
