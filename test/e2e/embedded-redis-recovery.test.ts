import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Endpoint, writeEndpoint } from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { processIdentity } from '@trawl/shared/platform/process-identity.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataDirectory, dataDirectory, isRunning, type Opened, withRedis } from '../support/data-directory.ts';
import { until } from '../support/until.ts';

let dir: DataDirectory;
let dataDir: string;
beforeEach(async () => {
  dir = await dataDirectory();
  ({ dataDir } = dir);
});
afterEach(() => dir.remove());

describe('a server that died', () => {
  test('is started again by the next command: same port, same password, same data', async () => {
    const killed = dir.userProcess();
    const { url, redisPid } = await killed.message<Opened>();
    await withRedis(url, (redis) => redis.set('acknowledged', 'yes'));
    killed.child.kill('SIGKILL');
    process.kill(redisPid, 'SIGKILL');
    await until(async () => !(await isRunning(redisPid)));

    const next = await openEmbeddedRedis({ dataDir });
    expect(next).toMatchObject({ started: true, url });
    expect(await withRedis(url, (redis) => redis.get('acknowledged'))).toBe('yes');
    await next.close();
  });

  test('is noticed by its users, and started by the one that watches over it; all of them go on', async () => {
    const [watcher, other] = [await openEmbeddedRedis({ dataDir }), await openEmbeddedRedis({ dataDir })];
    const bystander = await connectRedis(parseRedisUrl(watcher.url), { role: 'test' });
    expect(await watcher.ensureAlive()).toBe(false);
    process.kill(watcher.redisPid ?? 0, 'SIGKILL');
    await until(() => !watcher.isAlive() && !other.isAlive());
    expect(await watcher.ensureAlive()).toBe(true);
    expect(watcher.isAlive()).toBe(true);
    expect(await bystander.ping()).toBe('PONG');
    await until(() => other.isAlive());
    await disconnectRedis(bystander);
    await watcher.close();
    await other.close();
    expect(await dir.noted()).toBeUndefined();
  });

  test('whose file ends within a transaction runs no half of it, now or at a later start', async () => {
    const killed = async (act: (redis: Redis) => Promise<unknown>): Promise<void> => {
      const opened = await openEmbeddedRedis({ dataDir });
      await withRedis(opened.url, async (redis) => {
        await act(redis);
        // Redis may answer before it has written, while an earlier fsync is under way.
        await until(async () => (await redis.info('persistence')).includes('aof_buffer_length:0'));
      });
      process.kill(opened.redisPid ?? 0, 'SIGKILL');
      await until(async () => !(await isRunning(opened.redisPid)));
      await opened.close();
    };
    const move = `redis.call('LPOP', KEYS[1], 2) redis.call('SADD', KEYS[2], 'a', 'b')`;
    await killed(async (redis) => {
      await redis.rpush('from', 'a', 'b');
      await redis.eval(move, 2, 'from', 'to');
    });
    // The last command is torn, and the end of the transaction is gone.
    const path = join(dir.files.dir, 'appendonlydir', 'appendonly.aof.1.incr.aof');
    await truncate(path, (await stat(path)).size - '1\r\nb\r\n*1\r\n$4\r\nEXEC\r\n'.length);
    await killed((redis) => redis.eval(`redis.call('SET', 'x', 1) redis.call('SET', 'y', 1)`, 0));
    const last = await openEmbeddedRedis({ dataDir });
    expect(await withRedis(last.url, (redis) => redis.lrange('from', 0, -1))).toEqual(['a', 'b']);
    expect(await withRedis(last.url, (redis) => redis.mget('x', 'y'))).toEqual(['1', '1']);
    await last.close();
  });

  test('gets another port when a stranger took its own', async () => {
    const first = await openEmbeddedRedis({ dataDir });
    await withRedis(first.url, (redis) => redis.set('acknowledged', 'yes'));
    process.kill(first.redisPid ?? 0, 'SIGKILL');
    await until(() => !first.isAlive());
    const stranger = createServer((socket) =>
      socket
        .on('error', () => socket.destroy())
        .resume()
        .end('hello\r\n'),
    );
    stranger.listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(stranger, 'listening');

    const next = await openEmbeddedRedis({ dataDir });
    expect(next.started).toBe(true);
    expect(next.url).not.toBe(first.url);
    expect(await withRedis(next.url, (redis) => redis.get('acknowledged'))).toBe('yes');
    stranger.close();
    await next.close();
    await first.close();
  });

  test('is not confused with a process that has its number now', async () => {
    const first = await openEmbeddedRedis({ dataDir });
    const endpoint = await notedEndpoint();
    await first.close();
    await writeEndpoint(dir.files, { ...endpoint, pid: process.pid });
    const next = await openEmbeddedRedis({ dataDir });
    expect(next.started).toBe(true);
    await next.close();
  });
});

test('a starter that died before it noted the process leaves a server that is found', async () => {
  const first = await openEmbeddedRedis({ dataDir });
  const endpoint = await notedEndpoint();
  await writeEndpoint(dir.files, { ...endpoint, pid: null, identity: null });
  const next = await openEmbeddedRedis({ dataDir });
  expect(next).toMatchObject({ started: false, url: first.url, redisPid: first.redisPid });
  expect(await dir.noted()).toEqual(endpoint);
  await first.close();
  await next.close();
  expect(await isRunning(first.redisPid)).toBe(false);
});

test('a command that comes while the server reads much data says so and waits', async () => {
  const first = await openEmbeddedRedis({ dataDir });
  await withRedis(first.url, (redis) => redis.eval("for i = 1, 50000 do redis.call('SET', 'k' .. i, i) end", 0));
  process.kill(first.redisPid ?? 0, 'SIGKILL');
  await until(() => !first.isAlive());
  await startSlowly();

  const waits = Promise.withResolvers<void>();
  const write = (line: string): void => void (line.includes('waiting for Redis to load its data') && waits.resolve());
  const opening = openEmbeddedRedis({ dataDir, log: pino({}, { write }) });
  await waits.promise;
  await loadQuickly(first.url);
  const next = await opening;
  expect(await withRedis(next.url, (redis) => redis.dbsize())).toBe(50_000);
  await first.close();
  await next.close();
});

/** As another command would have started it, but slower by 0.2 ms for every key: it loads until the test has seen enough. */
async function startSlowly(): Promise<void> {
  const child = spawn('redis-server', [dir.files.config, '--key-load-delay', '200'], {
    stdio: 'ignore',
    detached: true,
  });
  await once(child, 'spawn');
  child.unref();
  const pid = child.pid ?? 0;
  await writeEndpoint(dir.files, { ...(await notedEndpoint()), pid, identity: (await processIdentity(pid)) ?? null });
}

async function loadQuickly(url: string): Promise<void> {
  const redis = await connectRedis(parseRedisUrl(url), { role: 'test', evenLoading: true });
  await redis.config('SET', 'key-load-delay', '0');
  await disconnectRedis(redis);
}

async function notedEndpoint(): Promise<Endpoint> {
  const endpoint = await dir.noted();
  if (endpoint === undefined) throw new Error('no server is noted');
  return endpoint;
}
