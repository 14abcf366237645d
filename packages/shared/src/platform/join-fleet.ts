import { hostname } from 'node:os';
import { type RedisClock, redisClock } from './clock.ts';
import { leaveEmbeddedRedis } from './embedded-redis/leave-embedded-redis.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { connectRedis, disconnectRedis, parseRedisUrl, type Redis } from './redis.ts';
import { refuseUnfitRedis } from './redis-checks.ts';

/** What every process of the fleet stands on. */
export type FleetProcess = {
  /** Unique in the fleet. */
  id: string;
  log: Logger;
  redis: Redis;
  clock: RedisClock;
  /** A further connection; closed by `leave`. */
  connect: () => Promise<Redis>;
  /** Lets go of everything. An embedded Redis stops with its last user, also when the command that started it was killed. */
  leave: () => Promise<void>;
};

/** Connects to the fleet's Redis and checks that it is fit. Throws UserError that names what is wrong. */
export const joinFleet = async (
  role: string,
  settings: { redisUrl: string; dataDir: string; logLevel: LogLevel },
): Promise<FleetProcess> => {
  const { redisUrl, dataDir } = settings;
  const log = createLogger({ app: role, level: settings.logLevel });
  const connection = parseRedisUrl(redisUrl);
  const open: Redis[] = [];
  const connect = async (): Promise<Redis> => {
    const onError = (err: Error) => log.warn({ err }, 'redis connection error');
    const redis = await connectRedis(connection, { role, onError });
    open.push(redis);
    return redis;
  };

  const redis = await connect();
  const { warnings } = await refuseUnfitRedis(redis);
  for (const check of warnings) log.warn(check, 'redis setting is risky');
  const clock = await redisClock(redis);
  const leave = async (): Promise<void> => {
    clock.stop();
    await Promise.all(open.map(disconnectRedis));
    if (process.connected !== true) await leaveEmbeddedRedis({ dataDir, url: redisUrl, log });
  };
  return { id: `${hostname()}:${process.pid}`, log, redis, clock, connect, leave };
};
