import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from '../process-identity.ts';
import type { Redis } from '../redis.ts';
import { parseInfo } from '../redis-facts.ts';
import type { Log } from '../silent-log.ts';
import { type Endpoint, type RedisFiles, removeEndpoint } from './endpoint.ts';
import { askOnce } from './probe.ts';

/** Below this, reading the append-only file takes no time worth saving (a few 100 MB/s). */
const worthRewritingBytes = 16 * 1024 ** 2;
const rewriteDeadlineMs = 60_000;
const endDeadlineMs = 30_000;
const lookAgainMs = 20;

/**
 * Writes everything to disk and ends the server. The caller holds the lock and knows that nobody uses it. A server that
 * refuses to end (its disk is full) is left running, with its endpoint: the next command shares it.
 */
export const shutDown = async (files: RedisFiles, endpoint: Endpoint, log: Log): Promise<void> => {
  const fields = { port: endpoint.port, redisPid: endpoint.pid };
  const refusal = await askOnce(endpoint, { role: 'leave', timeoutMs: endDeadlineMs }, async (redis) => {
    await shortenAppendOnlyFile(redis, log);
    return sendShutdown(redis);
  });
  if (refusal !== undefined) return log.error({ ...fields, err: refusal }, 'embedded Redis refuses to stop');
  if (!(await ends(endpoint))) return log.error(fields, 'embedded Redis does not end');
  await removeEndpoint(files);
  log.info(fields, 'embedded Redis stopped');
};

/**
 * A crawl writes much and keeps little: the next start would read what was deleted long ago. Also waits for a rewrite
 * that is under way, because a server refuses to end while it writes its first append-only file.
 */
async function shortenAppendOnlyFile(redis: Redis, log: Log): Promise<void> {
  const { aof_current_size: sizeBytes, aof_base_size: keptBytes } = await persistence(redis);
  const isWorthIt = Number(sizeBytes) > worthRewritingBytes && Number(sizeBytes) > 1.5 * Number(keptBytes);
  if (isWorthIt && !(await isRewriting(redis))) await redis.bgrewriteaof();
  const untilMs = Date.now() + rewriteDeadlineMs;
  while (await isRewriting(redis)) {
    if (Date.now() > untilMs)
      return log.warn({ sizeBytes: Number(sizeBytes) }, 'append-only file is not rewritten yet');
    await delay(lookAgainMs);
  }
}

async function isRewriting(redis: Redis): Promise<boolean> {
  const info = await persistence(redis);
  return info.aof_rewrite_in_progress === '1' || info.aof_rewrite_scheduled === '1';
}

async function persistence(redis: Redis): Promise<Record<string, string | undefined>> {
  return parseInfo(await redis.info('persistence'));
}

/** No answer is the good answer: the connection ends with the server. An answer is why it refuses. */
async function sendShutdown(redis: Redis): Promise<Error | undefined> {
  try {
    await redis.shutdown();
    return undefined;
  } catch (error) {
    return error instanceof Error && error.name === 'ReplyError' ? error : undefined;
  }
}

async function ends(endpoint: Endpoint): Promise<boolean> {
  const untilMs = Date.now() + endDeadlineMs;
  while (endpoint.pid !== null && (await processIdentity(endpoint.pid)) === endpoint.identity) {
    if (Date.now() > untilMs) return false;
    await delay(lookAgainMs);
  }
  return true;
}
