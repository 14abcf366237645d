import type { Endpoint, RedisFiles } from './endpoint.ts';

/**
 * The redis.conf of an embedded server. A file and not arguments: arguments show in `ps`, and there is a password in it.
 * No snapshots (the AOF has it all); no eviction (an evicted key is a lost outcome); job hashes stay compact up to
 * 512 bytes a field; the AOF is rewritten late, because a crawl writes much and keeps little.
 */
export const serverConfig = (endpoint: Endpoint, files: RedisFiles): string =>
  [
    'bind 127.0.0.1',
    `port ${endpoint.port}`,
    `requirepass ${quoted(endpoint.password)}`,
    `dir ${quoted(files.dir)}`,
    'daemonize no',
    'supervised no',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    'auto-aof-rewrite-min-size 512mb',
    'maxmemory-policy noeviction',
    'hash-max-listpack-value 512',
    '',
  ].join('\n');

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
