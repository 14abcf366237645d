import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { leaveEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/leave-embedded-redis.ts';
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startProcess } from '../support/child-process.ts';
import {
  closeUser,
  type DataDirectory,
  dataDirectory,
  isRunning,
  type Opened,
  withRedis,
} from '../support/data-directory.ts';

let dir: DataDirectory;
let dataDir: string;
beforeEach(async () => {
  dir = await dataDirectory();
  ({ dataDir } = dir);
});
afterEach(() => dir.remove());

describe('one server per data directory', () => {
  test('a second opening shares the running server', async () => {
    const first = await openEmbeddedRedis({ dataDir });
    const second = await openEmbeddedRedis({ dataDir });
    expect([first.started, second.started]).toEqual([true, false]);
    expect(second.url).toBe(first.url);
    await Promise.all([first.close(), second.close()]);
  });

  test('six processes that start at the same moment end up with one', async () => {
    const users = Array.from({ length: 6 }, dir.userProcess);
    const opened = await Promise.all(users.map((user) => user.message<Opened>()));
    expect(new Set(opened.map(({ url, redisPid }) => `${url} ${redisPid}`)).size).toBe(1);
    expect(opened.filter(({ started }) => started)).toHaveLength(1);
    expect((await Promise.all(users.map(closeUser))).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
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
    const [first, second] = [dir.userProcess(), dir.userProcess()];
    const { redisPid } = await first.message<Opened>();
    await second.message<Opened>();
    await closeUser(first);
    expect(await isRunning(redisPid)).toBe(true);
    await closeUser(second);
    expect(await isRunning(redisPid)).toBe(false);
    expect(await dir.noted()).toBeUndefined();
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
    const parent = dir.userProcess();
    const { url, redisPid } = await parent.message<Opened>();
    const child = startProcess('redis-user', [dataDir, url], { ipc: true });
    await child.message();
    parent.child.kill('SIGKILL');
    await parent.ended;
    expect(await isRunning(redisPid)).toBe(true);
    child.child.send('leave');
    expect(await child.ended).toMatchObject({ code: 0 });
    expect(await isRunning(redisPid)).toBe(false);
    expect(await dir.noted()).toBeUndefined();
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
    const aofDir = join(dir.files.dir, 'appendonlydir');
    const sizes = await Promise.all((await readdir(aofDir)).map(async (name) => (await stat(join(aofDir, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * 1024 ** 2);
  });
});

test('the password is in files that only their user may read, and not among the arguments', async () => {
  const embedded = await openEmbeddedRedis({ dataDir });
  const redisDir = dir.files.dir;
  const password = parseRedisUrl(embedded.url).password ?? '';
  expect(password.length).toBeGreaterThan(20);
  expect((await stat(redisDir)).mode & 0o777).toBe(0o700);
  for (const file of ['endpoint.json', 'redis.conf', 'redis.log'])
    expect((await stat(join(redisDir, file))).mode & 0o077).toBe(0);
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(embedded.redisPid)]);
  expect(stdout).toContain('redis-server');
  expect(stdout).not.toContain(password);
  await embedded.close();
});

test('the server is in a process group of its own, out of reach of Ctrl-C', async () => {
  const embedded = await openEmbeddedRedis({ dataDir });
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pgid=', '-p', String(embedded.redisPid)]);
  expect(Number(stdout)).toBe(embedded.redisPid);
  await embedded.close();
});

test('without a server program the error says how to get one', async () => {
  await expect(openEmbeddedRedis({ dataDir, searchPath: '/nowhere' })).rejects.toMatchObject({
    name: 'NoRedisServer',
    exitCode: 2,
    remedy: expect.stringContaining('REDIS_URL'),
  });
});
