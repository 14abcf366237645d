import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl, type SentinelRedis } from '@trawl/shared/platform/redis-url.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cliWorld } from '../../support/cli-world.ts';
import { startFleetOn } from '../../support/fleet-world.ts';
import { pretendHosts } from '../../support/pretend-web/pretend-hosts.ts';
import { type PretendWeb, startPretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { type DataServer, startSentinelRedis } from '../../support/sentinel-redis.ts';
import { until } from '../../support/until.ts';

const startWorld = async () => startFleetOn(await startSentinelRedis());

let world: Awaited<ReturnType<typeof startWorld>>;
let web: PretendWeb;
beforeAll(async () => {
  [world, web] = await Promise.all([startWorld(), startPretendWeb()]);
});
afterAll(async () => {
  await world.stop();
  await web.close();
});

const [host = ''] = pretendHosts(1);
const anHourMs = 3_600_000;

/** The one that is not the master takes over. */
const takeOver = async (act: (master: DataServer) => unknown): Promise<DataServer> => {
  await until(world.redis.isWhole);
  const old = await world.redis.master();
  await act(old);
  await until(async () => (await world.redis.master()) !== old);
  return old;
};
const portOf = (redis: Redis) => (redis.stream as { remotePort?: number }).remotePort;

test('a run goes on at the replica that Sentinel promotes when the master dies, and ends with each line once', async () => {
  const lines = 600;
  const list = Array.from({ length: lines }, (_, i) => `http://${host}:${web.port}/ok?delay=20&id=${i}`).join('\n');
  await world.createRun('a', list, { robots: 'ignore' });
  world.start('worker');
  world.start('producer', ['--run', 'a']);
  world.start('collector', ['--run', 'a']);
  await world.recorded('a', lines / 6);
  const old = await takeOver((master) => master.kill());
  expect((await world.status('a')).recorded).toBeLessThan(lines);
  const { classes } = await world.finished('a');
  expect(classes).toEqual({ ok: lines });
  await until(async () => (await world.status('a')).collectedAtMs !== undefined);
  expect(await world.seqsInFile('a')).toEqual(Array.from({ length: lines }, (_, i) => i));
  await old.restart();
  const { trawl } = await cliWorld();
  expect(await trawl(['verify', 'a', '--redis', world.redis.url, '--json'])).toMatchObject({ code: 0, stderr: '' });
});

describe('a connection', () => {
  test('leaves a master that stands still, and does not go back to it when it goes on', async () => {
    const redis = await connectRedis(parseRedisUrl(world.redis.url), { role: 'test', silenceMs: anHourMs });
    const old = await takeOver((master) => master.signal('SIGSTOP'));
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(portOf(redis)).toBe((await world.redis.master()).port);
    old.signal('SIGCONT');
    expect(await redis.get('key')).toBe('value');
    expect(portOf(redis)).not.toBe(old.port);
    await disconnectRedis(redis);
  });

  test('leaves a master that a failover by hand makes a replica: what it is told afterwards is kept', async () => {
    const redis = await world.redis.connect();
    const blocked = redis.duplicate();
    const waiting = blocked.blpop('list', 0);
    await takeOver(async () => expect(await world.redis.failover()).toBeUndefined());
    await until(async () => portOf(redis) === (await world.redis.master()).port && redis.status === 'ready');
    await redis.rpush('list', 'element');
    expect(await waiting).toEqual(['list', 'element']);
    await disconnectRedis(blocked);
  });

  test('is made though one Sentinel is gone and another stands still', async () => {
    const silent = await startRawServer(() => undefined);
    onTestFinished(silent.close);
    const connection = parseRedisUrl(world.redis.url) as SentinelRedis;
    const gone = { host: '127.0.0.1', port: 1 };
    const standsStill = { host: '127.0.0.1', port: silent.port };
    const sentinels = [gone, standsStill, ...connection.sentinels];
    const redis = await connectRedis({ ...connection, sentinels }, { role: 'test' });
    expect(await redis.ping()).toBe('PONG');
    await disconnectRedis(redis);
  });

  test('to a master of a name that no Sentinel knows fails at once, and says which name is meant', async () => {
    const connection = parseRedisUrl(world.redis.urlAs({ master: 'another' }));
    await expect(connectRedis(connection, { role: 'test', deadlineMs: anHourMs })).rejects.toMatchObject({
      name: 'RedisUnavailable',
      exitCode: 2,
      message: expect.stringContaining('master another) is not known'),
      remedy: expect.stringContaining('sentinel monitor'),
    });
  });

  test('without the password that the Sentinels ask for fails at once, and says where it belongs', async () => {
    const connection = parseRedisUrl(world.redis.urlAs({ query: '' }));
    await expect(connectRedis(connection, { role: 'test', deadlineMs: anHourMs })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('refuses the credentials of a Sentinel'),
      remedy: expect.stringContaining('sentinel_password'),
    });
  });

  test('fails after its deadline where no Sentinel answers, and names them', async () => {
    const connection = parseRedisUrl('redis+sentinel://127.0.0.1:1,127.0.0.1:2/trawl-master');
    await expect(connectRedis(connection, { role: 'test', deadlineMs: 50 })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/127.0.0.1:1,127.0.0.1:2 \(Sentinel, master trawl-master\) did not answer/),
      remedy: expect.stringContaining('REDIS_URL'),
    });
  });
});
