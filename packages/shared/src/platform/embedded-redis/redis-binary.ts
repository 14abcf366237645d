import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../user-error.ts';

export type RedisBinary = { path: string; name: 'redis-server' | 'valkey-server'; version: string };

/** No server program that could be started; says how to get one on this system. */
export class NoRedisServer extends UserError {
  override name = 'NoRedisServer';
}

const names = ['redis-server', 'valkey-server'] as const;
const oldestMajor = 7;

/** The first redis-server or valkey-server >= 7 on the path. Throws NoRedisServer. */
export const findRedisBinary = async (searchPath: string): Promise<RedisBinary> => {
  const tooOld: string[] = [];
  for (const name of names) {
    for (const dir of searchPath.split(delimiter).filter((part) => part !== '')) {
      const path = join(dir, name);
      const version = await versionOf(path);
      if (version === undefined) continue;
      if (Number.parseInt(version, 10) >= oldestMajor) return { path, name, version };
      tooOld.push(`${path} is version ${version}`);
    }
  }
  const found = tooOld.length === 0 ? 'is not on the path' : `is too old (${tooOld.join(', ')})`;
  throw new NoRedisServer(
    `No REDIS_URL is set, and a redis-server or valkey-server >= 7 ${found}.`,
    waysToGetOne(process.platform),
  );
};

/** What a person of this platform types. */
export const waysToGetOne = (platform: NodeJS.Platform): string => {
  const install: Partial<Record<NodeJS.Platform, string[]>> = {
    linux: [
      'sudo apt-get install redis-server   (Debian, Ubuntu)',
      'sudo dnf install valkey   (Fedora, RHEL)',
      'sudo apk add valkey   (Alpine)',
    ],
    darwin: ['brew install redis'],
  };
  return [
    'Get one with one of:',
    ...(install[platform] ?? []).map((line) => `  ${line}`),
    '  docker run -d -p 127.0.0.1:6379:6379 redis:7 redis-server --appendonly yes --maxmemory-policy noeviction',
    '    and set REDIS_URL=redis://127.0.0.1:6379',
    'or set REDIS_URL to a Redis that you have: REDIS_URL=redis://[[user]:password@]host[:port][/db]',
  ].join('\n');
};

/** `Redis server v=7.0.15 sha=...` or `Valkey server v=8.0.1 ...`; undefined when there is no such program. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000 });
    return /\bv=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
