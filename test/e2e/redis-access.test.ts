import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { connectRedis, disconnectRedis } from '@trawl/shared/platform/redis.ts';
import { redisOfSettings } from '@trawl/shared/platform/redis-of-settings.ts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type GuardedRedis, startGuardedRedis } from '../support/guarded-redis.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { startTrawlCommand } from '../support/trawl-command.ts';
import { until } from '../support/until.ts';

let server: GuardedRedis;
beforeAll(async () => {
  server = await startGuardedRedis();
});
afterAll(() => server?.stop());

const anHourMs = 3_600_000;

/** Closed when the test is over. */
const connect = async (settings: { redisUrl: string; redisCa: string }) => {
  const redis = await connectRedis(await redisOfSettings(settings), { role: 'test', deadlineMs: anHourMs });
  onTestFinished(() => disconnectRedis(redis));
  return redis;
};

describe('a fleet over TLS, as the user of deploy/redis-users.acl', () => {
  test('finishes a run that every command agrees about, and is refused nothing but a look at the configuration', async () => {
    const web = await startPretendWeb();
    const dir = await mkdtemp(join(tmpdir(), 'trawl-access-'));
    onTestFinished(async () => {
      await web.close();
      await rm(dir, { recursive: true });
    });
    const urls = Array.from({ length: 40 }, (_, n) => web.url(`/flaky?id=${n}`, `127.0.0.${(n % 4) + 1}`));
    await writeFile(join(dir, 'urls.txt'), urls.join('\n'));
    await writeFile(join(dir, 'hourly.yaml'), `source: ${web.url('/ok')}\nschedule: { every: 1h }\n`);
    const variables = { REDIS_URL: server.url, REDIS_CA: server.ca, TRAWL_DATA_DIR: dir, TRAWL_LOG_LEVEL: 'error' };
    const trawl = (...args: string[]) => startTrawlCommand(args, variables);
    const boardAt = `127.0.0.1:${await freePort()}`;
    const fleet = [['producer'], ['worker'], ['collector'], ['board', '--listen', boardAt]].map((args) =>
      trawl(...args),
    );

    expect(await trawl('crawl', 'add', join(dir, 'hourly.yaml')).ended).toMatchObject({ code: 0 });
    const run = (await trawl('enqueue', join(dir, 'urls.txt'), '--backoff', '20ms').ended).stdout.trim();
    const runs = createRuns(await connect({ redisUrl: server.url, redisCa: server.ca }), firstShard);
    const collected = async () => {
      const statuses = await Promise.all((await runs.list()).map(runs.status));
      return statuses.filter((status) => status?.collectedAtMs !== undefined).length;
    };
    await until(async () => (await collected()) === 2); // that of the schedule, too

    const commands = [
      ['verify', run],
      ['report', run],
      ['results', run],
      ['status', '--json'],
    ];
    const ended = await Promise.all(commands.map((args) => trawl(...args).ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const [, report, results, status] = ended.map(({ stdout }) => stdout);
    expect(report).toContain('Every one of the 40 input lines has an outcome.');
    expect(results?.trim().split('\n')).toHaveLength(40);
    expect(status?.split('"collectedAtMs"')).toHaveLength(2 + 1);
    expect(await (await fetch(`http://${boardAt}/queues/api/queues?activeQueue=fetch`)).json()).toHaveProperty(
      'queues',
    );
    expect((await fetch(`http://${boardAt}/readyz`)).status).toBe(200);
    for (const { child } of fleet) child.kill('SIGTERM');
    expect((await Promise.all(fleet.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(await server.refused()).toEqual(['config|get']);
  });

  test('cannot empty or change the server, look around in it, or touch the keys and channels of others', async () => {
    const redis = await connect({ redisUrl: server.url, redisCa: server.ca });
    const calls = [
      ['FLUSHALL'],
      ['FLUSHDB'],
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['RANDOMKEY'],
      ['CONFIG', 'SET', 'maxmemory', '1'],
      ['CLIENT', 'LIST'],
      ['SHUTDOWN'],
      ['ACL', 'LIST'],
      ['MONITOR'],
      ['SCRIPT', 'FLUSH'],
      ['FUNCTION', 'FLUSH'],
      ['GET', 'of-others'],
      ['PUBLISH', 'of-others', 'hello'],
      ['EVAL', "return redis.call('GET', 'of-others')", '0'],
    ] as [string, ...string[]][];
    const answers = await Promise.all(
      calls.map(([name, ...args]) => redis.call(name, ...args).catch((error: Error) => error)),
    );
    const allowed = answers.flatMap((answer, i) =>
      answer instanceof Error && /NOPERM|can't access/.test(answer.message) ? [] : [calls[i]?.join(' ')],
    );
    expect(allowed).toEqual([]);
    expect(await redis.set('{t0}:test', 'ours')).toBe('OK');
    expect(await redis.del('{t0}:test')).toBe(1);
  });
});

// Redis replays transactions, and so what scripts wrote, as the user default: one that may nothing loses them without a word.
test('a Redis with these users has everything again that scripts wrote before it was killed', async () => {
  const redis = await connect({ redisUrl: server.url, redisCa: server.ca });
  await redis.eval("for i = 1, 10 do redis.call('SET', KEYS[1] .. i, i) end", 1, '{t0}:written-');
  // On a busy disk it keeps for up to two seconds what it has not written yet.
  await until(async () => (await redis.info('persistence')).includes('aof_buffer_length:0'));
  await server.restart();
  expect(await redis.exists(...Array.from({ length: 10 }, (_, i) => `{t0}:written-${i + 1}`))).toBe(10);
});

describe('a Redis that cannot be believed or entered is refused at once', () => {
  const refusal = (message: string, remedy: string) => ({
    exitCode: 2,
    message: expect.stringContaining(message) as string,
    remedy: expect.stringContaining(remedy) as string,
  });

  test('for a certificate of an unknown authority, with the setting that makes it known', async () => {
    await expect(connect({ redisUrl: server.url, redisCa: '' })).rejects.toMatchObject(
      refusal('an authority that is not known here', 'REDIS_CA'),
    );
  });

  test('for a certificate that names another server', async () => {
    const redisUrl = server.urlAs({ host: '127.0.0.1' });
    await expect(connect({ redisUrl, redisCa: server.ca })).rejects.toMatchObject(
      refusal('a certificate for other names', 'REDIS_URL'),
    );
  });

  test('for a wrong password, which is not shown', async () => {
    const redisUrl = server.urlAs({ password: 'guessed' });
    await expect(connect({ redisUrl, redisCa: server.ca })).rejects.toMatchObject(
      refusal('refuses the credentials', 'REDIS_URL'),
    );
    await expect(connect({ redisUrl, redisCa: server.ca })).rejects.not.toThrow('guessed');
  });

  test('for a port where nobody speaks TLS', async () => {
    const port = await freePort();
    const plain = createServer((socket) => socket.resume().end('-ERR unknown command\r\n')).listen(port, '127.0.0.1');
    onTestFinished(() => void plain.close());
    await once(plain, 'listening');
    await expect(connect({ redisUrl: `rediss://127.0.0.1:${port}`, redisCa: server.ca })).rejects.toMatchObject(
      refusal('does not speak TLS there: wrong version number', 'redis://'),
    );
  });

  test('for wanting a certificate of ours', async () => {
    await server.restart({ 'tls-auth-clients': 'yes' });
    onTestFinished(() => server.restart());
    await expect(connect({ redisUrl: server.url, redisCa: server.ca })).rejects.toMatchObject(
      refusal('asks for a certificate of ours', 'tls-auth-clients no'),
    );
  });
});

describe('REDIS_CA', () => {
  test('is refused together with redis://, by which the password would go in plain text', async () => {
    const settings = { redisUrl: 'redis://trawl:secret@localhost', redisCa: server.ca };
    await expect(redisOfSettings(settings)).rejects.toThrow('REDIS_URL begins with redis://');
  });

  test('must name a file with a certificate', async () => {
    const notOne = server.ca.replace('ca.crt', 'ca.key');
    await expect(redisOfSettings({ redisUrl: server.url, redisCa: notOne })).rejects.toThrow('holds no certificate');
    const nowhere = `${server.ca}.nowhere`;
    await expect(redisOfSettings({ redisUrl: server.url, redisCa: nowhere })).rejects.toThrow('cannot be read');
  });

  test('is what the connection checks by, instead of the authorities that Node knows', async () => {
    const connection = await redisOfSettings({ redisUrl: server.url, redisCa: server.ca });
    expect(connection.ca).toBe(await readFile(server.ca, 'utf8'));
  });
});
