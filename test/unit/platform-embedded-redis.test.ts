import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientNames } from '@trawl/shared/platform/client-names.ts';
import { otherUsers } from '@trawl/shared/platform/embedded-redis/leave-embedded-redis.ts';
import { findRedisBinary, NoRedisServer, waysToGetOne } from '@trawl/shared/platform/embedded-redis/redis-binary.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

describe('the last user', () => {
  const me = { pid: 7, ownPresence: 'trawl:embedded-me:7' };

  test('is alone when nobody but itself is connected', () => {
    expect(otherUsers(['trawl:embedded-me:7', 'trawl:leave:7', 'trawl:worker:7'], me)).toEqual([]);
  });

  test('is not the last while another process is connected', () => {
    expect(otherUsers(['trawl:embedded-me:7', 'trawl:worker:8'], me)).toEqual(['trawl:worker:8']);
  });

  test('is not the last while it has the server open a second time', () => {
    expect(otherUsers(['trawl:embedded-me:7', 'trawl:embedded-other:7'], me)).toEqual(['trawl:embedded-other:7']);
  });

  test('does not count tools of other makers', () => {
    expect(otherUsers(['redis-cli', 'trawl', 'x:trawl:worker:8'], me)).toEqual([]);
  });

  test('reads names from CLIENT LIST, where most connections have none', () => {
    const list =
      'id=3 addr=127.0.0.1:1 laddr=a fd=8 name=trawl:worker:8 age=0 lib-name=ioredis\nid=4 addr=b name= age=1 lib-name=x\n';
    expect(clientNames(list)).toEqual(['trawl:worker:8']);
  });
});

describe('the server program', () => {
  let dirs: { first: string; second: string };
  const program = async (path: string, says: string, mode = 0o755) => {
    await writeFile(path, `#!/bin/sh\necho '${says}'\n`);
    await chmod(path, mode);
  };
  beforeEach(async () => {
    const make = () => mkdtemp(join(tmpdir(), 'trawl-test-'));
    dirs = { first: await make(), second: await make() };
  });
  afterEach(async () => {
    await Promise.all(Object.values(dirs).map((dir) => rm(dir, { recursive: true })));
  });
  const find = () => findRedisBinary(`${dirs.first}::${dirs.second}`);

  test('is the first redis-server on the path', async () => {
    await program(join(dirs.first, 'redis-server'), 'Redis server v=7.2.4 sha=0');
    await program(join(dirs.second, 'redis-server'), 'Redis server v=8.0.0 sha=0');
    expect(await find()).toEqual({ path: join(dirs.first, 'redis-server'), name: 'redis-server', version: '7.2.4' });
  });

  test('may be Valkey, also where an old Redis comes first', async () => {
    await program(join(dirs.first, 'redis-server'), 'Redis server v=6.0.16 sha=0');
    await program(join(dirs.second, 'valkey-server'), 'Valkey server v=8.1.1 sha=0');
    expect(await find()).toMatchObject({ name: 'valkey-server', version: '8.1.1' });
  });

  test('is not a file that cannot be run', async () => {
    await program(join(dirs.first, 'redis-server'), 'Redis server v=7.2.4 sha=0', 0o644);
    await expect(find()).rejects.toThrow(NoRedisServer);
  });

  test('that is too old is named in the error', async () => {
    await program(join(dirs.first, 'redis-server'), 'Redis server v=6.0.16 sha=0');
    await expect(find()).rejects.toThrow('redis-server is version 6.0.16');
  });

  test('that is missing ends the process with 2 and says how to get one', async () => {
    const error = await find().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 2, remedy: waysToGetOne(process.platform) });
  });

  test.each([
    ['linux', 'apt-get install redis-server'],
    ['linux', 'dnf install'],
    ['darwin', 'brew install redis'],
    ['win32', 'docker run'],
  ] as const)('can be had on %s with: %s', (platform, command) => {
    expect(waysToGetOne(platform)).toContain(command);
    expect(waysToGetOne(platform)).toContain('REDIS_URL');
  });
});
