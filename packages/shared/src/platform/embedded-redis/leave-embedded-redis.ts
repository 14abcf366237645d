import { clientNames } from '../client-names.ts';
import { withFileLock } from '../file-lock.ts';
import { type Log, silentLog } from '../silent-log.ts';
import { type Endpoint, type RedisFiles, readEndpoint, redisFiles, urlOf } from './endpoint.ts';
import { mayAnswer } from './ensure-server.ts';
import { askOnce } from './probe.ts';
import { shutDown } from './shut-down.ts';

/** Longer than a start or a stop by another process takes. */
export const lockWaitMs = 120_000;

/** Connections with this role stand for a whole process that opened the server, see openEmbeddedRedis. */
export const presenceRole = 'embedded-';

const askTimeoutMs = 5000;

/**
 * Stops the embedded server behind `url` when this process was its last user, else does nothing: also when `url` is no
 * embedded server of `dataDir`. For processes that were handed a REDIS_URL and may outlive the one that started the
 * server. Close the own connections first: a process that leaves a moment later would still see them, and stay.
 */
export const leaveEmbeddedRedis = async (options: { dataDir: string; url: string; log?: Log }): Promise<void> => {
  const files = redisFiles(options.dataDir);
  const noted = await readEndpoint(files);
  if (noted === undefined || urlOf(noted) !== options.url) return;
  await withFileLock(files.lock, { waitMs: lockWaitMs }, async () => {
    const endpoint = await readEndpoint(files);
    if (endpoint !== undefined) await stopIfUnused(files, endpoint, { log: options.log ?? silentLog });
  });
};

/** The caller holds the lock. `ownPresence` is the name of a connection of the caller that does not count. */
export const stopIfUnused = async (
  files: RedisFiles,
  endpoint: Endpoint,
  options: { log: Log; ownPresence?: string },
): Promise<void> => {
  if (!(await mayAnswer(endpoint))) return; // its data waits for the next start
  const names = await askOnce(endpoint, { role: 'leave', timeoutMs: askTimeoutMs }, async (redis) =>
    clientNames(String(await redis.client('LIST'))),
  );
  const others = otherUsers(names, {
    pid: process.pid,
    ...(options.ownPresence === undefined ? {} : { ownPresence: options.ownPresence }),
  });
  if (others.length === 0) await shutDown(files, endpoint, options.log);
  else options.log.debug({ others }, 'embedded Redis is still in use');
};

/** `trawl:<role>:<pid>` of other processes, and of other openings of this process. Tools such as redis-cli do not count. */
export const otherUsers = (names: string[], me: { pid: number; ownPresence?: string }): string[] =>
  names.filter((name) => {
    const match = /^trawl:(.+):(\d+)$/.exec(name);
    if (match === null || name === me.ownPresence) return false;
    return Number(match[2]) !== me.pid || match[1]?.startsWith(presenceRole) === true;
  });
