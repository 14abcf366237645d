import { findRedisBinary } from '@trawl/shared/platform/embedded-redis/redis-binary.ts';

export const redisPort = 6379;

/** Without a password: nobody but our own machines reaches it. */
export const redisCommand = async (directory: string, more: { bind: string; logfile?: string }): Promise<string[]> => {
  const { path } = await findRedisBinary(process.env['PATH'] ?? '');
  const settings = {
    port: String(redisPort),
    'protected-mode': 'no',
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    'hash-max-listpack-value': '512',
    dir: directory,
    ...more,
  };
  return [path, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])];
};
