import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { SingleRedis } from '../redis-url.ts';

/**
 * Where the server of a data directory listens. Written before the server starts, so that a starter that dies in between
 * leaves enough to find the server; `pid` and `identity` follow as soon as they are known.
 */
export type Endpoint = z.infer<typeof endpointSchema>;

const endpointSchema = z.object({
  port: z.number().int(),
  password: z.string(),
  pid: z.number().int().nullable(),
  /** See processIdentity. */
  identity: z.string().nullable(),
  /** ISO 8601. */
  started: z.string(),
});

/** The files of one embedded Redis. All of them in a directory that only its user may enter. */
export type RedisFiles = {
  dir: string;
  endpoint: string;
  lock: string;
  config: string;
  log: string;
  previousLog: string;
};

export const redisFiles = (dataDir: string): RedisFiles => {
  const dir = resolve(dataDir, 'redis');
  return {
    dir,
    endpoint: join(dir, 'endpoint.json'),
    lock: join(dir, 'lock'),
    config: join(dir, 'redis.conf'),
    log: join(dir, 'redis.log'),
    previousLog: join(dir, 'redis.previous.log'),
  };
};

export const makeRedisDir = async (files: RedisFiles): Promise<void> => {
  await mkdir(files.dir, { recursive: true });
  await chmod(files.dir, 0o700);
};

/** Undefined when no server was started here, or when it was stopped properly, or when the file is not ours to read. */
export const readEndpoint = async (files: RedisFiles): Promise<Endpoint | undefined> => {
  try {
    const parsed = endpointSchema.safeParse(JSON.parse(await readFile(files.endpoint, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return undefined;
    throw error;
  }
};

/** In one step, so that a reader without the lock never sees half of it. */
export const writeEndpoint = async (files: RedisFiles, endpoint: Endpoint): Promise<void> => {
  const draft = `${files.endpoint}.draft`;
  await writeFile(draft, `${JSON.stringify(endpoint)}\n`, { mode: 0o600 });
  await rename(draft, files.endpoint);
};

export const removeEndpoint = async (files: RedisFiles): Promise<void> => {
  await rm(files.endpoint, { force: true });
};

export const connectionTo = (endpoint: Endpoint): SingleRedis => ({
  kind: 'single',
  host: '127.0.0.1',
  port: endpoint.port,
  password: endpoint.password,
  db: 0,
  tls: false,
});

export const urlOf = (endpoint: Endpoint): string => `redis://:${endpoint.password}@127.0.0.1:${endpoint.port}/0`;
