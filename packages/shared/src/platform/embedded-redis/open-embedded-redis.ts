import { randomBytes } from 'node:crypto';
import { isDiskTrouble } from '../disk-trouble.ts';
import { withFileLock } from '../file-lock.ts';
import { connectionName, connectRedis, disconnectRedis, type Redis } from '../redis.ts';
import { type Log, silentLog } from '../silent-log.ts';
import {
  connectionTo,
  type Endpoint,
  makeRedisDir,
  type RedisFiles,
  readEndpoint,
  redisFiles,
  urlOf,
} from './endpoint.ts';
import { ensureServer, mayAnswer } from './ensure-server.ts';
import { lockWaitMs, presenceRole, stopIfUnused } from './leave-embedded-redis.ts';
import { serverInfo } from './probe.ts';
import { endedEarly } from './start-server.ts';
import { waitUntilLoaded } from './wait-until-loaded.ts';

/** A user's hold on the server of a data directory. The server runs while anybody holds it. */
export type EmbeddedRedis = {
  /** For REDIS_URL of child processes; carries the password. */
  readonly url: string;
  /** Did this opening start the server, or share a running one? */
  readonly started: boolean;
  readonly version: string;
  readonly redisPid: number | null;
  /** Cheap; false from the moment at which the server is lost until it is found again. */
  isAlive(): boolean;
  /** Starts a lost server again, on the same data and port. Resolves to true when it had to. */
  ensureAlive(): Promise<boolean>;
  /** Stops the server if this was the last user. Close the own connections first. */
  close(): Promise<void>;
};

export type OpenOptions = {
  dataDir: string;
  log?: Log;
  /** Where to look for redis-server and valkey-server; PATH when absent. */
  searchPath?: string;
};

/**
 * The Redis of a data directory: finds the running one or starts it. Throws NoRedisServer when no program is there to
 * start, RedisDidNotStart, or UserError. From opening to closing a connection of its own stands for this process, made
 * under the same lock under which others look whether they are the last.
 */
export const openEmbeddedRedis = async (options: OpenOptions): Promise<EmbeddedRedis> => {
  const files = redisFiles(options.dataDir);
  const log = options.log ?? silentLog;
  const searchPath = options.searchPath ?? process.env.PATH ?? '';
  const role = `${presenceRole}${randomBytes(4).toString('hex')}`;
  const hold = async (): Promise<Held> => {
    await makeRedisDir(files);
    return withFileLock(files.lock, { waitMs: lockWaitMs }, async () => {
      const server = await ensureServer(files, { searchPath, log });
      return { ...server, presence: await presenceOn(files, server.endpoint, role) };
    });
  };

  let held = await hold();
  const { started } = held;
  await waitUntilLoaded(files, held.endpoint, log);
  const version = (await serverInfo(held.endpoint)).redis_version ?? 'unknown';

  return {
    get url() {
      return urlOf(held.endpoint);
    },
    get redisPid() {
      return held.endpoint.pid;
    },
    started,
    version,
    isAlive: () => held.presence.status === 'ready',
    ensureAlive: async () => {
      if (held.presence.status === 'ready') return false;
      const lost = held.presence;
      held = await hold();
      await disconnectRedis(lost);
      await waitUntilLoaded(files, held.endpoint, log);
      return held.started;
    },
    close: async () => {
      try {
        await letGo(files, held, { role, log });
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        // The next command shares it, or stops it.
        log.error({ redisPid: held.endpoint.pid, err: error }, 'embedded Redis is left running');
        await disconnectRedis(held.presence);
      }
    },
  };
};

type Held = { endpoint: Endpoint; started: boolean; presence: Redis };

/** A server may end while it loads, where it may not write its files: its log says why, its port does not. */
async function presenceOn(files: RedisFiles, endpoint: Endpoint, role: string): Promise<Redis> {
  try {
    return await connectRedis(connectionTo(endpoint), { role, evenLoading: true });
  } catch (error) {
    throw (await mayAnswer(endpoint)) ? error : await endedEarly(files);
  }
}

async function letGo(files: RedisFiles, held: Held, options: { role: string; log: Log }): Promise<void> {
  await makeRedisDir(files); // somebody may have removed it under the running server
  await withFileLock(files.lock, { waitMs: lockWaitMs }, async () => {
    await disconnectRedis(held.presence);
    const endpoint = (await readEndpoint(files)) ?? held.endpoint;
    await stopIfUnused(files, endpoint, { log: options.log, ownPresence: connectionName(options.role) });
  });
}
