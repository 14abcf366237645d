import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { Shell } from './shell.ts';

/** The Redis that a command works on: the one of REDIS_URL, or an embedded one that this command holds. */
export type CommandRedis = {
  redis: Redis;
  /** For REDIS_URL of child processes; may carry a password. */
  url: string;
  /** For REDIS_CA of child processes: absolute, or empty. */
  redisCa: string;
  /** Absent where REDIS_URL names somebody else's server. */
  embedded: EmbeddedRedis | undefined;
  /** A further connection, closed with this: its commands wait for a Redis that refuses them, and the user is told. */
  connectPatiently: (notice: (text: string) => void) => Promise<Redis>;
  close: () => Promise<void>;
};

export type RedisWish = {
  redisUrl: string;
  redisCa: string;
  dataDir: string;
  /** A command that only looks must not start a server on an empty directory. */
  mustExist?: boolean;
};

/** Opens it and waits until it answers. Throws UserError when it cannot be had. */
export const openRedis = async (wish: RedisWish, shell: Shell): Promise<CommandRedis> => {
  const { redisUrl, mustExist } = wish;
  const dir = resolve(shell.cwd, wish.dataDir);
  if (redisUrl === '' && mustExist && !existsSync(join(dir, 'redis'))) throw noRunsHere(dir, shell.program);
  const { connectRedis, disconnectRedis } = await import('@trawl/shared/platform/redis.ts');
  const { redisOfSettings } = await import('@trawl/shared/platform/redis-of-settings.ts');
  const embedded = redisUrl === '' ? await openEmbedded(dir, shell) : undefined;
  const url = embedded?.url ?? redisUrl;
  const redisCa = embedded || wish.redisCa === '' ? '' : resolve(shell.cwd, wish.redisCa);
  try {
    const connection = await redisOfSettings({ redisUrl: url, redisCa });
    const redis = await connectRedis(connection, { role: 'cli' });
    const open = [redis];
    const connectPatiently: CommandRedis['connectPatiently'] = async (notice) => {
      const { createRedisTrouble } = await import('@trawl/shared/platform/redis-trouble.ts');
      const patient = await connectRedis(connection, {
        role: 'cli',
        refusals: createRedisTrouble(noticesOfTrouble(notice), shell.now),
      });
      open.push(patient);
      return patient;
    };
    const close = async (): Promise<void> => {
      await Promise.all(open.map(disconnectRedis));
      await embedded?.close();
    };
    return { redis, url, redisCa, embedded, connectPatiently, close };
  } catch (error) {
    await embedded?.close();
    throw error;
  }
};

/** Opens it, hands it to `act`, closes it whatever happens. */
export const withRedis = async <T>(
  wish: RedisWish,
  shell: Shell,
  act: (redis: CommandRedis) => Promise<T>,
): Promise<T> => {
  const redis = await openRedis(wish, shell);
  try {
    return await act(redis);
  } finally {
    await redis.close();
  }
};

const noticesOfTrouble = (notice: (text: string) => void) => ({
  error: ({ reason }: { reason: string }) =>
    notice(`Redis refuses commands: ${reason} Nothing is lost; the crawl goes on when it takes them.`),
  info: () => notice('Redis takes commands again.'),
});

async function openEmbedded(dataDir: string, { variables }: Shell): Promise<EmbeddedRedis> {
  const { openEmbeddedRedis } = await import('@trawl/shared/platform/embedded-redis/open-embedded-redis.ts');
  return openEmbeddedRedis({ dataDir, searchPath: variables['PATH'] ?? '' });
}

function noRunsHere(dir: string, program: string): UserError {
  return new UserError(
    `There are no runs in ${dir}.`,
    `Go to the directory in which the run was started, or name its data directory with --data-dir, or its Redis with REDIS_URL.\n${program} run SOURCE starts a run.`,
  );
}
