import type { Redis } from './redis.ts';

/** What was found; undefined where the server does not say (CONFIG is forbidden on many managed servers). */
export type RedisFacts = {
  engine: 'redis' | 'valkey';
  /** Of Redis, or of the Redis that this Valkey is compatible with. */
  version: string;
  /** The name and version a person knows it by, `Redis 7.0.15` or `Valkey 8.0.1`. */
  product: string;
  mode: string;
  role: string;
  maxmemoryPolicy: string | undefined;
  maxmemoryBytes: number;
  usedMemoryBytes: number;
  appendonly: boolean | undefined;
  appendfsync: string | undefined;
  hashMaxListpackValue: number | undefined;
  configAllowed: boolean;
};

/** Asks INFO, and CONFIG as far as the server lets us. */
export const redisFacts = async (redis: Redis): Promise<RedisFacts> => {
  const info = parseInfo(await redis.info());
  const config = await readConfig(redis);
  const valkey = info.valkey_version;
  const version = info.redis_version ?? '0';
  const appendonly = config?.appendonly ?? info.aof_enabled;
  const listpackValue = config?.['hash-max-listpack-value'];
  return {
    engine: valkey === undefined ? 'redis' : 'valkey',
    version,
    product: valkey === undefined ? `Redis ${version}` : `Valkey ${valkey}`,
    mode: info.redis_mode ?? 'standalone',
    role: info.role ?? 'master',
    maxmemoryPolicy: config?.['maxmemory-policy'] ?? info.maxmemory_policy,
    maxmemoryBytes: Number(info.maxmemory ?? 0),
    usedMemoryBytes: Number(info.used_memory ?? 0),
    appendonly: appendonly === undefined ? undefined : appendonly === 'yes' || appendonly === '1',
    appendfsync: config?.appendfsync,
    hashMaxListpackValue: listpackValue === undefined ? undefined : Number(listpackValue),
    configAllowed: config !== undefined,
  };
};

/** `INFO` as name -> value; the section titles carry no values. */
export const parseInfo = (text: string): Record<string, string | undefined> =>
  Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );

/** Undefined when the server does not let us ask. */
async function readConfig(redis: Redis): Promise<Record<string, string> | undefined> {
  const names = ['maxmemory-policy', 'appendonly', 'appendfsync', 'hash-max-listpack-value'] as const;
  try {
    const reply = (await redis.config('GET', ...names)) as string[];
    return Object.fromEntries(reply.flatMap((name, i) => (i % 2 === 0 ? [[name, reply[i + 1] ?? '']] : [])));
  } catch (error) {
    if (error instanceof Error && /NOPERM|unknown command|not allowed|disabled/i.test(error.message)) return undefined;
    throw error;
  }
}
