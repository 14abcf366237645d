import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';
import { killRedisProcess, startRedisProcess } from './redis-process.ts';
import { until } from './until.ts';

/** One of the two that can be master. */
export type DataServer = {
  port: number;
  signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
  /** kill -9. */
  kill: () => Promise<void>;
  /** With the files that it has, as what its configuration says: Sentinels rewrite that. */
  restart: () => Promise<void>;
};

/** A master, a replica, and Sentinels that promote it; all processes of this machine. */
export type SentinelRedis = {
  /** `redis+sentinel://...`. */
  url: string;
  /** With another name, or without the password of the Sentinels. */
  urlAs: (change: { master?: string; query?: string }) => string;
  secrets: string[];
  servers: DataServer[];
  /** To whatever is master; closed by `stop`. */
  connect: (role?: string) => Promise<Redis>;
  /** As the first Sentinel has it. */
  master: () => Promise<DataServer>;
  /** Resolves when the other server is a replica that has caught up. */
  isWhole: () => Promise<boolean>;
  /** `SENTINEL FAILOVER`. Answers why it was refused, if it was. */
  failover: () => Promise<string | undefined>;
  stop: () => Promise<void>;
};

const masterName = 'trawl-master';
const password = 'kept by sentinels';
const sentinelPassword = 'of sentinels & theirs';
/**
 * So short that a test sees a failover within two seconds; the standard ones suit networks. Not that of PING: what a Sentinel knows of a replica is
 * too old for it after five of them.
 */
const sentinelPeriods = ['INFO-PERIOD', '500', 'PUBLISH-PERIOD', '300', 'ASK-PERIOD', '200'];

export const startSentinelRedis = async ({ sentinels = 1, downAfterMs = 500 } = {}): Promise<SentinelRedis> => {
  const dir = await mkdtemp(join(tmpdir(), 'trawl-sentinel-'));
  const first = await startServer(join(dir, 'a'), await freePort());
  const second = await startServer(join(dir, 'b'), await freePort(), `replicaof 127.0.0.1 ${first.port}`);
  const servers = [first, second];
  const watching = await startSentinels(dir, { count: sentinels, masterPort: first.port, downAfterMs });
  const hosts = watching.ports.map((port) => `127.0.0.1:${port}`).join(',');
  const urlAs: SentinelRedis['urlAs'] = ({
    master = masterName,
    query = `?sentinel_password=${encodeURIComponent(sentinelPassword)}`,
  }) => `redis+sentinel://:${encodeURIComponent(password)}@${hosts}/${master}${query}`;
  const url = urlAs({});
  const open: Redis[] = [];
  const [sentinel] = watching.connections;
  if (sentinel === undefined) throw new Error('no Sentinel');

  const master = async (): Promise<DataServer> => {
    const [, port] = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)) as string[];
    const found = servers.find((server) => server.port === Number(port));
    if (found === undefined) throw new Error(`no server at ${port}`);
    return found;
  };
  /** Of the master's own view, and of what the Sentinels need to know before they can promote. */
  const isWhole = async (): Promise<boolean> => {
    const replicas = (await sentinel.call('SENTINEL', 'REPLICAS', masterName)) as string[][];
    const masters = await Promise.all(
      watching.connections.map((each) => each.call('SENTINEL', 'MASTER', masterName) as Promise<string[]>),
    );
    const fieldOf = (entry: string[], name: string) => entry[entry.indexOf(name) + 1];
    return (
      replicas.some((entry) => fieldOf(entry, 'master-link-status') === 'ok' && fieldOf(entry, 'flags') === 'slave') &&
      masters.every(
        (entry) =>
          fieldOf(entry, 'num-slaves') === '1' &&
          fieldOf(entry, 'num-other-sentinels') === String(sentinels - 1) &&
          fieldOf(entry, 'flags') === 'master',
      )
    );
  };
  await until(isWhole);

  return {
    url,
    urlAs,
    secrets: [password, sentinelPassword],
    servers,
    connect: async (role = 'test') => {
      const redis = await connectRedis(parseRedisUrl(url), { role, onError: () => undefined });
      open.push(redis);
      return redis;
    },
    master,
    isWhole,
    failover: () =>
      sentinel.call('SENTINEL', 'FAILOVER', masterName).then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    stop: async () => {
      await Promise.all(open.map(disconnectRedis));
      await watching.stop();
      for (const server of servers) await server.kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Configured by a file, for `CONFIG REWRITE`. */
async function startServer(dir: string, port: number, further = ''): Promise<DataServer> {
  await mkdir(dir);
  const config = join(dir, 'redis.conf');
  await writeFile(
    config,
    `port ${port}
bind 127.0.0.1
dir ${dir}
requirepass "${password}"
masterauth "${password}"
appendonly yes
save ""
maxmemory-policy noeviction
hash-max-listpack-value 512
repl-diskless-sync-delay 0
${further}
`,
  );
  let child = await startRedisProcess([config]);
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  return {
    port,
    signal: (name) => void child.kill(name),
    kill: async () => {
      if (!ended()) await killRedisProcess(child);
    },
    restart: async () => {
      child = await startRedisProcess([config]);
    },
  };
}

async function startSentinels(
  dir: string,
  { count, masterPort, downAfterMs }: { count: number; masterPort: number; downAfterMs: number },
) {
  const ports: number[] = [];
  const children: ChildProcess[] = [];
  const connections: Redis[] = [];
  for (let n = 0; n < count; n += 1) {
    const port = await freePort();
    const config = join(dir, `sentinel-${n}.conf`);
    await writeFile(
      config,
      `port ${port}
bind 127.0.0.1
dir ${dir}
requirepass "${sentinelPassword}"
sentinel monitor ${masterName} 127.0.0.1 ${masterPort} ${Math.floor(count / 2) + 1}
sentinel auth-pass ${masterName} "${password}"
sentinel down-after-milliseconds ${masterName} ${downAfterMs}
sentinel failover-timeout ${masterName} 3000
`,
    );
    children.push(await startRedisProcess([config, '--sentinel']));
    ports.push(port);
    const url = `redis://:${encodeURIComponent(sentinelPassword)}@127.0.0.1:${port}`;
    const connection = await connectRedis(parseRedisUrl(url), { role: 'test' });
    await connection.call('SENTINEL', 'DEBUG', ...sentinelPeriods);
    connections.push(connection);
  }
  return {
    ports,
    connections,
    stop: async () => {
      await Promise.all(connections.map(disconnectRedis));
      await Promise.all(children.map(killRedisProcess));
    },
  };
}
