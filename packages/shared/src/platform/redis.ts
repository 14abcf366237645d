import { isIP } from 'node:net';
import { Redis as IoRedis } from 'ioredis';
import { PatientRedis, type RedisOptions, type Refusals } from './patient-redis.ts';
import { refusalOf } from './redis-refusal.ts';
import { placeOf, type RedisConnection, type SentinelRedis, type SingleRedis } from './redis-url.ts';
import { asServers, sentinelOptions } from './sentinel-options.ts';
import { UserError } from './user-error.ts';

/** A connection as ioredis gives it. */
export type Redis = IoRedis;

export class RedisUnavailable extends UserError {
  override name = 'RedisUnavailable';
}

const firstConnectionDeadlineMs = 10_000;
const sentinelTryMs = 1000;

/**
 * TCP alone finds out after a quarter of an hour that a network swallows everything, and goes on up to two minutes late when
 * it is back. Above the longest blocking read, which is BullMQ's of 10 s.
 */
const longestSilenceMs = 20_000;

/**
 * Options for ioredis, also for BullMQ's `connection`. Commands wait for a lost Redis for ever, and are never failed
 * over it; a replica that a failover left behind is left at once (READONLY), a connection on which nothing is answered
 * any more after `silenceMs`. Auto-pipelining costs a third of the throughput of a worker connection. The name tells
 * `CLIENT LIST` and the embedded Redis who is there.
 */
export const redisOptions = (
  connection: RedisConnection,
  options: { role: string; silenceMs?: number },
): RedisOptions => ({
  ...(connection.kind === 'single' ? singleOptions(connection) : throughSentinel(connection, options.role)),
  ...(connection.username === undefined ? {} : { username: connection.username }),
  ...(connection.password === undefined ? {} : { password: connection.password }),
  db: connection.db,
  connectionName: connectionName(options.role),
  maxRetriesPerRequest: null,
  socketTimeout: options.silenceMs ?? longestSilenceMs,
  retryStrategy: retryAfterMs,
  reconnectOnError: (error) => (/READONLY/.test(error.message) ? 2 : false),
  enableAutoPipelining: false,
});

const retryAfterMs = (times: number): number => Math.min(50 * 2 ** times, 2000) + Math.random() * 100;

const singleOptions = ({ host, port, tls, ca }: SingleRedis) => ({
  host,
  port,
  ...(tls && { tls: { ...(isIP(host) === 0 && { servername: host }), ...(ca !== undefined && { ca }) } }),
});

const throughSentinel = (connection: SentinelRedis, role: string) =>
  sentinelOptions(connection, { connectionName: connectionName(role), retryAfterMs });

export const connectionName = (role: string): string => `trawl:${role}:${process.pid}`;

/**
 * Resolves once Redis has answered and is not loading (`evenLoading`: or is). Later losses are mended by reconnecting.
 * Throws RedisUnavailable when it takes longer than `deadlineMs`, or at once when waiting would not help: wrong
 * credentials, a certificate that is not believed.
 */
export const connectRedis = async (
  connection: RedisConnection,
  options: {
    role: string;
    onError?: (error: Error) => void;
    deadlineMs?: number;
    silenceMs?: number;
    evenLoading?: boolean;
    /** Given: commands that Redis refuses for now wait, and these are told. Else they fail. */
    refusals?: Refusals;
  },
): Promise<Redis> => {
  const enableReadyCheck = options.evenLoading !== true;
  const ofRedis = { ...redisOptions(connection, options), lazyConnect: true, enableReadyCheck };
  const redis = options.refusals ? new PatientRedis(ofRedis, options.refusals) : new IoRedis(ofRedis);
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
    options.onError?.(error);
  });
  const deadlineMs = options.deadlineMs ?? firstConnectionDeadlineMs;
  if (await becomesReady(redis, deadlineMs)) return redis;
  redis.disconnect();
  const isExplained = connection.kind === 'single' || (lastError && refusalOf(lastError));
  const error = isExplained ? lastError : ((await refusalBySentinel(connection)) ?? lastError);
  throw unavailable(connection, deadlineMs, error);
};

/** One try, no reconnecting, nothing sent twice: for probes and for commands such as SHUTDOWN. Rejects with the first error. */
export const connectOnce = async (
  connection: SingleRedis,
  options: { role: string; timeoutMs: number },
): Promise<Redis> => {
  const redis = new IoRedis({
    ...redisOptions(connection, options),
    lazyConnect: true,
    connectTimeout: options.timeoutMs,
    commandTimeout: options.timeoutMs,
    retryStrategy: null,
    reconnectOnError: null,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
  });
  const failed = new Promise<never>((_, reject) => redis.once('error', reject));
  redis.on('error', () => undefined);
  try {
    await Promise.race([redis.connect(), failed]);
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
};

/**
 * Closes and waits until the socket is gone, so that the server knows it too. Commands that wait for a lost server
 * stay unsettled: ioredis ends without a word when it is told to between two tries to reconnect.
 */
export const disconnectRedis = async (redis: Redis): Promise<void> => {
  if (redis.status === 'end') return;
  if (redis.status === 'reconnecting' || isAskingSentinels(redis)) return redis.disconnect();
  const ended = new Promise((resolve) => redis.once('end', resolve));
  redis.disconnect();
  await ended;
};

const isAskingSentinels = ({ status, options, stream }: Redis): boolean =>
  status === 'connecting' && Boolean(options.sentinels) && (stream as Redis['stream'] | undefined)?.destroyed !== false;

/** The server's clock, ms since 1970 with microseconds as fraction. */
export const redisNowMs = async (redis: Redis): Promise<number> => {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Number(microseconds) / 1000;
};

async function becomesReady(redis: Redis, deadlineMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), deadlineMs);
  redis.once('ready', () => resolve(true));
  redis.once('end', () => resolve(false));
  redis.on('error', (error: Error) => refusalOf(error) !== undefined && resolve(false));
  redis.connect().catch(() => undefined);
  const ready = await promise;
  clearTimeout(timer);
  return ready;
}

/** ioredis says of a Sentinel with a wrong certificate only that the connection was closed: a try of our own says why. */
async function refusalBySentinel(connection: SentinelRedis): Promise<Error | undefined> {
  for (const server of asServers(connection)) {
    const error = await connectOnce(server, { role: 'sentinel', timeoutMs: sentinelTryMs }).then(
      disconnectRedis,
      (reason: Error) => reason,
    );
    if (error && refusalOf(error)) return error;
  }
  return undefined;
}

function unavailable(connection: RedisConnection, deadlineMs: number, error: Error | undefined): RedisUnavailable {
  const at = placeOf(connection);
  const refusal = error && refusalOf(error);
  if (refusal) return new RedisUnavailable(`Redis at ${at} ${refusal.what}: ${refusal.detail}`, refusal.remedy);
  const hint = connection.tls
    ? ''
    : ` (${connection.kind === 'single' ? 'rediss' : 'rediss+sentinel'}://... where it asks for TLS)`;
  return new RedisUnavailable(
    `Redis at ${at} did not answer within ${deadlineMs / 1000} s: ${error?.message || 'no reason given'}`,
    `Check that it runs and that REDIS_URL names it${hint}, or unset REDIS_URL to let Trawl start its own.`,
  );
}
