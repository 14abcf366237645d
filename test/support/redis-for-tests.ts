import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedRedis, openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl, type SingleRedis } from '@trawl/shared/platform/redis-url.ts';
import { dataDirPrefix, killServerOf, stopServersOfKilledRuns } from './leftover-servers.ts';
import { until } from './until.ts';

/** A Redis of a test file's own. */
export type TestRedis = {
  /** For REDIS_URL of processes that a test starts. */
  url: string;
  connection: SingleRedis;
  /** Closed by `stop`. */
  connect: (role?: string) => Promise<Redis>;
  stop: () => Promise<void>;
};

/** The embedded Redis of a temporary data directory, which can be killed and started again. */
export type EmbeddedTestRedis = TestRedis & {
  dataDir: string;
  embedded: EmbeddedRedis;
  /** kill -9; resolves when the loss was noticed. */
  kill: () => Promise<void>;
  /** On the same port, with the data that its append-only file has. */
  restart: () => Promise<void>;
};

/** @param prepare what is done to the data directory before a server is started there */
export const startTestRedis = async (
  prepare: (dataDir: string) => Promise<void> = async () => {},
): Promise<EmbeddedTestRedis> => {
  await stopServersOfKilledRuns();
  const dataDir = await mkdtemp(join(tmpdir(), dataDirPrefix));
  await prepare(dataDir);
  const embedded = await openEmbeddedRedis({ dataDir });
  const connections = connectionsTo(embedded.url);
  return {
    ...connections,
    dataDir,
    embedded,
    kill: async () => {
      signalRedis(embedded, 'SIGKILL');
      await until(() => !embedded.isAlive());
    },
    restart: async () => {
      await embedded.ensureAlive();
    },
    stop: async () => {
      await connections.close();
      await embedded.close();
      await killServerOf(dataDir); // a process that a failed test left behind may still use it
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** What a test needs around any Redis: its address, and connections that are closed together. */
export const connectionsTo = (url: string): Omit<TestRedis, 'stop'> & { close: () => Promise<void> } => {
  const connection = parseRedisUrl(url);
  if (connection.kind !== 'single') throw new Error('a test Redis is a single server');
  const open: Redis[] = [];
  return {
    url,
    connection,
    connect: async (role = 'test') => {
      const redis = await connectRedis(connection, { role });
      open.push(redis);
      return redis;
    },
    close: async () => {
      await Promise.all(open.splice(0).map(disconnectRedis));
    },
  };
};

function signalRedis(embedded: EmbeddedRedis, signal: NodeJS.Signals): void {
  if (embedded.redisPid === null) throw new Error('the embedded Redis has no pid');
  process.kill(embedded.redisPid, signal);
}
