import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Endpoint,
  type RedisFiles,
  readEndpoint,
  redisFiles,
} from '@trawl/shared/platform/embedded-redis/endpoint.ts';
import { processIdentity } from '@trawl/shared/platform/process-identity.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import { type Ended, startProcess, type TestProcess } from './child-process.ts';
import { dataDirPrefix, killServerOf } from './leftover-servers.ts';

/** What test/support/processes/embedded-user.ts tells. */
export type Opened = { url: string; started: boolean; redisPid: number };

/** A temporary data directory and what tests of the embedded Redis do around it. */
export type DataDirectory = {
  dataDir: string;
  files: RedisFiles;
  noted: () => Promise<Endpoint | undefined>;
  /** Another process that has the embedded Redis of the directory open. */
  userProcess: () => TestProcess;
  remove: () => Promise<void>;
};

export const dataDirectory = async (): Promise<DataDirectory> => {
  const dataDir = await mkdtemp(join(tmpdir(), dataDirPrefix));
  const files = redisFiles(dataDir);
  const noted = () => readEndpoint(files);
  return {
    dataDir,
    files,
    noted,
    userProcess: () => startProcess('embedded-user', [dataDir], { ipc: true }),
    remove: async () => {
      await killServerOf(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

export const closeUser = async (user: TestProcess): Promise<Ended> => {
  user.child.send('close');
  return user.ended;
};

export const isRunning = async (pid: number | null): Promise<boolean> =>
  pid !== null && (await processIdentity(pid)) !== undefined;

export const withRedis = async <T>(url: string, act: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = await connectRedis(parseRedisUrl(url), { role: 'test' });
  try {
    return await act(redis);
  } finally {
    await disconnectRedis(redis);
  }
};
