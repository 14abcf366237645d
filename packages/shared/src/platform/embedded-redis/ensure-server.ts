import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from '../process-identity.ts';
import type { Log } from '../silent-log.ts';
import { UserError } from '../user-error.ts';
import { type Endpoint, makeRedisDir, type RedisFiles, readEndpoint, writeEndpoint } from './endpoint.ts';
import { mendTail } from './mend-tail.ts';
import { probe, serverInfo } from './probe.ts';
import { startServer } from './start-server.ts';

const silenceDeadlineMs = 30_000;
const betweenProbesMs = 50;
/** A starter that died before it could note the pid: its server listens by then, or never. */
const unnotedStartMs = 5000;

/**
 * Finds the running server of the files, or starts one on their data. The caller holds the lock.
 * There must never be two servers on one append-only file: while the noted process lives, none is started.
 */
export const ensureServer = async (
  files: RedisFiles,
  options: { searchPath: string; log: Log },
): Promise<{ endpoint: Endpoint; started: boolean }> => {
  await makeRedisDir(files);
  const previous = await readEndpoint(files);
  if (previous !== undefined && (await answersInTheEnd(previous)))
    return { endpoint: await withProcess(files, previous), started: false };

  await mendTail(files, options);
  const endpoint = await startServer(files, { previous, searchPath: options.searchPath });
  if (previous === undefined)
    options.log.info({ port: endpoint.port, redisPid: endpoint.pid }, 'embedded Redis started');
  else
    options.log.warn(
      { port: endpoint.port, redisPid: endpoint.pid, previousPort: previous.port },
      'embedded Redis recovered',
    );
  return { endpoint, started: true };
};

/** Notes the process of a server whose starter died before it could. */
async function withProcess(files: RedisFiles, endpoint: Endpoint): Promise<Endpoint> {
  if (endpoint.pid !== null) return endpoint;
  const pid = Number((await serverInfo(endpoint)).process_id);
  const complete = { ...endpoint, pid, identity: (await processIdentity(pid)) ?? null };
  await writeEndpoint(files, complete);
  return complete;
}

/** True when it answers, be it that it loads; false when its process is gone. Throws when it lives and says nothing. */
async function answersInTheEnd(endpoint: Endpoint): Promise<boolean> {
  const untilMs = Date.now() + silenceDeadlineMs;
  while (await mayAnswer(endpoint)) {
    if ((await probe(endpoint)) !== 'silent') return true;
    if (Date.now() > untilMs) throw silent(endpoint);
    await delay(betweenProbesMs);
  }
  return false;
}

/** It takes a moment to listen after its start, and to end after it was told to. */
export const mayAnswer = async (endpoint: Endpoint): Promise<boolean> => {
  if (endpoint.pid === null)
    return Date.now() - Date.parse(endpoint.started) < unnotedStartMs || (await probe(endpoint)) !== 'silent';
  return (await processIdentity(endpoint.pid)) === endpoint.identity;
};

function silent(endpoint: Endpoint): UserError {
  return new UserError(
    `The embedded Redis (process ${endpoint.pid}, port ${endpoint.port}) runs but does not answer.`,
    `Wait for it, or end it with: kill ${endpoint.pid}. Its data is safe; the next command starts it again.`,
  );
}
