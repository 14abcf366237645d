import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { readEndpoint, redisFiles, writeEndpoint } from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import { leaveEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/leave-embedded-redis.ts';
import { processIdentity } from '@trawl/shared/platform/process-identity.ts';
import { connectRedis, disconnectRedis, parseRedisUrl, type Redis } from '@trawl/shared/platform/redis.ts';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startProcess } from '../support/child-process.ts';
import { until } from '../support/until.ts';

type Opened = { url: string; started: boolean; redisPid: number };

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'trawl-test-'));
});
afterEach(async () => {
  await endWhatIsLeft();
  await rm(dataDir, { recursive: true, force: true });
});

const userProcess = () => startProcess('embedded-user', [dataDir], { ipc: true });
const close = async (user: ReturnType<typeof userProcess>) => {
  user.child.send('close');
  return user.ended;
};
const isRunning = async (pid: number | null) => pid !== null && (await processIdentity(pid)) !== undefined;
const noted = () => readEndpoint(redisFiles(dataDir));

const withRedis = async <T>(url: string, act: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = await connectRedis(parseRedisUrl(url), { role: 'test' });
  return act(redis).finally(() => disconnectRedis(redis));
};

describe('one server per data directory', () => {
  test('a second opening shares the running server', async () => {
    const first = await openEmbeddedRedis({ dataDir });
    const second = await openEmbeddedRedis({ dataDir });
    expect([first.started, second.started]).toEqual([true, false]);
    expect(second.url).toBe(first.url);
    await Promise.all([first.close(), second.close()]);
  });

  test('six processes that start at the same moment end up with one', async () => {
    const users = Array.from({ length: 6 }, userProcess);
    const opened = await Promise.all(users.map((user) => user.message<Opened>()));
    expect(new Set(opened.map(({ url, redisPid }) => `${url} ${redisPid}`)).size).toBe(1);
    expect(opened.filter(({ started }) => started)).toHaveLength(1);
    expect((await Promise.all(users.map(close))).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await isRunning(opened[0]?.redisPid ?? null)).toBe(false);
  });

  test('and another one for another directory', async () => {
    const other = await mkdtemp(join(tmpdir(), 'trawl-test-'));
    const [here, there] = [await openEmbeddedRedis({ dataDir }), await openEmbeddedRedis({ dataDir: other })];
    expect(there.url).not.toBe(here.url);
    await Promise.all([here.close(), there.close()]);
    await rm(other, { recursive: true });
  });
});

describe('the last user', () => {
  test('stops the server; one before does not', async () => {
    const [first, second] = [userProcess(), userProcess()];
    const { redisPid } = await first.message<Opened>();
    await second.message<Opened>();
    await close(first);
    expect(await isRunning(redisPid)).toBe(true);
    await close(second);
    expect(await isRunning(redisPid)).toBe(false);
    expect(await noted()).toBeUndefined();
  });

  test('leaves the data to the next', async () => {
    const first = await openEmbeddedRedis({ dataDir });
    await withRedis(first.url, (redis) => redis.set('kept', 'yes'));
    await first.close();
    const next = await openEmbeddedRedis({ dataDir });
    expect(next.started).toBe(true);
    expect(await withRedis(next.url, (redis) => redis.get('kept'))).toBe('yes');
    await next.close();
  });

  test('may be a child whose parent was killed', async () => {
    const parent = userProcess();
    const { url, redisPid } = await parent.message<Opened>();
    const child = startProcess('redis-user', [dataDir, url], { ipc: true });
    await child.message();
    parent.child.kill('SIGKILL');
    await parent.ended;
    expect(await isRunning(redisPid)).toBe(true);
    child.child.send('leave');
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(await isRunning(redisPid)).toBe(false);
    expect(await noted()).toBeUndefined();
  });

  test('of another Redis stops nothing here', async () => {
    const embedded = await openEmbeddedRedis({ dataDir });
    await leaveEmbeddedRedis({ dataDir, url: 'redis://127.0.0.1:6379/0' });
    expect(await isRunning(embedded.redisPid)).toBe(true);
    await embedded.close();
  });

  test('shortens a long append-only file, so that the next start is quick', async () => {
    const embedded = await openEmbeddedRedis({ dataDir });
    const megabyte = 'x'.repeat(1024 ** 2);
    await withRedis(embedded.url, async (redis) => {
      for (let i = 0; i < 20; i += 1) await redis.set('overwritten', megabyte);
    });
    await embedded.close();
    const dir = join(redisFiles(dataDir).dir, 'appendonlydir');
    const sizes = await Promise.all((await readdir(dir)).map(async (name) => (await stat(join(dir, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * 1024 ** 2);
  });
});

describe('a server that died', () => {
  test('is started again by the next command: same port, same password, same data', async () => {
    const killed = userProcess();
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
    expect(await noted()).toBeUndefined();
  });

  test('gets another port when a stranger took its own', async () => {
    const first = await openEmbeddedRedis({ dataDir });
    await withRedis(first.url, (redis) => redis.set('acknowledged', 'yes'));
    process.kill(first.redisPid ?? 0, 'SIGKILL');
    await until(() => !first.isAlive());
    const stranger = createServer((socket) => socket.end('hello\r\n')).listen(parseRedisUrl(first.url).port, '127.0.0.1');
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
    const endpoint = await noted();
    await first.close();
    await writeEndpoint(redisFiles(dataDir), { ...endpoint!, pid: process.pid });
    const next = await openEmbeddedRedis({ dataDir });
    expect(next.started).toBe(true);
    await next.close();
  });
});

test('a starter that died before it noted the process leaves a server that is found', async () => {
  const first = await openEmbeddedRedis({ dataDir });
  const endpoint = await noted();
  await writeEndpoint(redisFiles(dataDir), { ...endpoint!, pid: null, identity: null });
  const next = await openEmbeddedRedis({ dataDir });
  expect(next).toMatchObject({ started: false, url: first.url });
  await first.close();
  await next.close();
  expect(await isRunning(first.redisPid)).toBe(false);
});

test('a command that comes while the server reads much data says so and waits', async () => {
  const first = await openEmbeddedRedis({ dataDir });
  await withRedis(first.url, (redis) => redis.eval("for i = 1, 10000 do redis.call('SET', 'k' .. i, i) end", 0));
  process.kill(first.redisPid ?? 0, 'SIGKILL');
  await until(() => !first.isAlive());
  await startSlowly();

  const lines: string[] = [];
  const next = await openEmbeddedRedis({ dataDir, log: pino({}, { write: (line: string) => void lines.push(line) }) });
  expect(await withRedis(next.url, (redis) => redis.dbsize())).toBe(10_000);
  expect(lines.join('')).toContain('waiting for Redis to load its data');
  await first.close();
  await next.close();
});

test('the password is in files that only their user may read, and not among the arguments', async () => {
  const embedded = await openEmbeddedRedis({ dataDir });
  const { dir } = redisFiles(dataDir);
  const password = parseRedisUrl(embedded.url).password ?? '';
  expect(password.length).toBeGreaterThan(20);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  for (const file of ['endpoint.json', 'redis.conf', 'redis.log']) expect((await stat(join(dir, file))).mode & 0o077).toBe(0);
  if (process.platform === 'linux') expect(await readFile(`/proc/${embedded.redisPid}/cmdline`, 'utf8')).not.toContain(password);
  await embedded.close();
});

test('the server is in a session of its own, out of reach of Ctrl-C', async () => {
  const embedded = await openEmbeddedRedis({ dataDir });
  if (process.platform === 'linux') {
    const fields = (await readFile(`/proc/${embedded.redisPid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    const [processGroup, session] = [Number(fields[2]), Number(fields[3])];
    expect([processGroup, session]).toEqual([embedded.redisPid, embedded.redisPid]);
  }
  await embedded.close();
});

test('without a server program the error says how to get one', async () => {
  await expect(openEmbeddedRedis({ dataDir, searchPath: '/nowhere' })).rejects.toMatchObject({
    name: 'NoRedisServer',
    exitCode: 2,
    remedy: expect.stringContaining('REDIS_URL'),
  });
});

/** As another command would have started it, but 200 us slower for every key: it loads for seconds. */
async function startSlowly(): Promise<void> {
  const files = redisFiles(dataDir);
  const child = spawn('redis-server', [files.config, '--key-load-delay', '200'], { stdio: 'ignore', detached: true });
  await once(child, 'spawn');
  child.unref();
  const pid = child.pid ?? 0;
  await writeEndpoint(files, { ...(await noted())!, pid, identity: (await processIdentity(pid)) ?? null });
}

/** A test that failed half way has left a server behind. */
async function endWhatIsLeft(): Promise<void> {
  const { pid } = (await noted()) ?? { pid: null };
  if (pid === null || pid === process.pid || !(await isRunning(pid))) return;
  process.kill(pid, 'SIGKILL');
  await until(async () => !(await isRunning(pid)));
}
