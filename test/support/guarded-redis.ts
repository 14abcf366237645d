import { type ChildProcess, execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import { killRedisProcess, startRedisProcess } from './redis-process.ts';

/** A Redis as it should stand on a network: TLS by an authority of its own, and the users of deploy/redis-users.acl. */
export type GuardedRedis = {
  /** `rediss://trawl:...@localhost:...`: what the processes of a fleet are told. */
  url: string;
  /** The same with another user, password or host name. */
  urlAs: (change: { user?: string; password?: string; host?: string }) => string;
  /** The file for REDIS_CA. */
  ca: string;
  /** What the user trawl was refused since the start, as Redis logged it. */
  refused: () => Promise<string[]>;
  /** kill -9, and a start on the same port and files; `flags`: further ones of redis-server, as `{ 'tls-auth-clients': 'yes' }`. */
  restart: (flags?: Record<string, string>) => Promise<void>;
  stop: () => Promise<void>;
};

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const passwords = { trawl: 'a fleet/s "password"', admin: 'an admin@s password' };

export const startGuardedRedis = async (): Promise<GuardedRedis> => {
  const dir = await mkdtemp(join(tmpdir(), 'trawl-guarded-'));
  const fileOf = (name: string) => join(dir, name);
  await promisify(execFile)('bash', [fromRoot('deploy/redis-certificates.sh'), dir, 'localhost']);
  await writeFile(fileOf('users.acl'), usersFile(await readFile(fromRoot('deploy/redis-users.acl'), 'utf8')));
  const port = await freePort();
  const settings = {
    bind: '127.0.0.1',
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': fileOf('redis.crt'),
    'tls-key-file': fileOf('redis.key'),
    'tls-ca-cert-file': fileOf('ca.crt'),
    'tls-auth-clients': 'no',
    aclfile: fileOf('users.acl'),
    dir,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
    'hash-max-listpack-value': '512',
  };
  let server = await startServer(settings);
  const urlAs: GuardedRedis['urlAs'] = ({ user = 'trawl', password = passwords.trawl, host = 'localhost' }) =>
    `rediss://${user}:${encodeURIComponent(password)}@${host}:${port}`;
  const ca = fileOf('ca.crt');
  return {
    url: urlAs({}),
    urlAs,
    ca,
    refused: async () => {
      const connection = parseRedisUrl(urlAs({ user: 'admin', password: passwords.admin }));
      const admin = await connectRedis({ ...connection, ca: await readFile(ca, 'utf8') }, { role: 'test' });
      const refused = await refusalsIn(admin);
      await disconnectRedis(admin);
      return refused;
    },
    restart: async (flags) => {
      await killRedisProcess(server);
      server = await startServer({ ...settings, ...flags });
    },
    stop: async () => {
      await killRedisProcess(server);
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** As docs/redis-access.md fills the example in. */
function usersFile(example: string): string {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  return example
    .replace('SHA256_OF_TRAWL_PASSWORD', sha256(passwords.trawl))
    .replace('SHA256_OF_ADMIN_PASSWORD', sha256(passwords.admin));
}

const startServer = (settings: Record<string, string>): Promise<ChildProcess> =>
  startRedisProcess(Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]));

/** ACL LOG gives each entry as a list of names and values. */
async function refusalsIn(admin: Redis): Promise<string[]> {
  const entries = (await admin.call('ACL', 'LOG', '100')) as unknown[][];
  const objects = entries.map((entry) => String(entry[entry.indexOf('object') + 1]));
  return [...new Set(objects)];
}
