import { mkdtemp, open, readdir, rm, stat, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisFiles } from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type EmbeddedTestRedis, startTestRedis } from '../redis-for-tests.ts';
import { makeSmallDisk, type SmallDisk } from '../small-disk.ts';

/** The embedded Redis of a campaign, with what can be done to it. */
export type ChaosRedis = {
  test: EmbeddedTestRedis;
  /** Where its append-only file is. */
  disk: SmallDisk;
  /** From outside: past all gates. */
  client: Redis;
  port: () => number;
  /** Where the gates lead. */
  gatePort: () => number;
  leadTo: (port: number) => void;
  pid: () => number;
  password: string;
  /** What no log may hold. */
  secrets: string[];
  urlAt: (port: number) => string;
  kill: () => Promise<void>;
  restart: () => Promise<void>;
  /** Of a server that does not run: the end of its append-only file is gone, as after a power failure. */
  cutTail: (bytes: number) => Promise<number>;
  /** What the file holds now is never cut off: whoever was told that his run exists would notice, and begin again. */
  keepSoFar: () => Promise<void>;
  signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
  stop: () => Promise<void>;
};

/** A campaign writes much, and its append-only file is rewritten late; what is not used costs nothing. */
const size = '3g';

/** What a round needs of any kind of Redis. */
export type RoundRedis = Pick<ChaosRedis, 'client' | 'port' | 'gatePort' | 'secrets' | 'urlAt' | 'keepSoFar' | 'stop'>;

export const startChaosRedis = async (): Promise<ChaosRedis> => {
  const disk = await makeSmallDisk(await mkdtemp(join(tmpdir(), 'trawl-chaos-disk-')), size);
  const test = await startTestRedis((dataDir) => symlink(disk.path, redisFiles(dataDir).dir));
  const client = await test.connect('chaos');
  client.on('error', () => undefined); // it is killed on purpose
  const pid = (): number => {
    if (test.embedded.redisPid === null) throw new Error('the embedded Redis has no pid');
    return test.embedded.redisPid;
  };
  const aofDirectory = join(redisFiles(test.dataDir).dir, 'appendonlydir');
  /** What a file before the last rewrite held stands in the base since. */
  let kept = { path: '', bytes: 0 };
  let leadsTo = test.connection.port;
  return {
    test,
    disk,
    client,
    port: () => test.connection.port,
    gatePort: () => leadsTo,
    leadTo: (port) => void (leadsTo = port),
    pid,
    password: test.connection.password ?? '',
    secrets: [test.connection.password ?? ''],
    urlAt: (port) => `redis://:${test.connection.password ?? ''}@127.0.0.1:${port}`,
    kill: test.kill,
    restart: test.restart,
    cutTail: async (bytes) => {
      const path = await newestFile(aofDirectory);
      return cutTail(path, { bytes, keptBytes: kept.path === path ? kept.bytes : 0 });
    },
    keepSoFar: async () => {
      const path = await newestFile(aofDirectory);
      kept = { path, bytes: (await stat(path)).size };
    },
    signal: (name) => void process.kill(pid(), name),
    stop: async () => {
      await test.stop();
      await disk.remove();
      await rm(disk.path, { recursive: true, force: true });
    },
  };
};

async function newestFile(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.incr.aof')).toSorted();
  return join(directory, names.at(-1) ?? '');
}

/** Answers how many bytes went. */
async function cutTail(path: string, { bytes, keptBytes }: { bytes: number; keptBytes: number }): Promise<number> {
  const { size } = await stat(path);
  const left = Math.min(size, Math.max(keptBytes, size - bytes));
  await truncate(path, left);
  await using file = await open(path, 'r');
  await file.sync();
  return size - left;
}
