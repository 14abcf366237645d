import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type RedisClock, redisClock } from './clock.ts';
import { leaveEmbeddedRedis } from './embedded-redis/leave-embedded-redis.ts';
import type { HealthAddress } from './health/health-address.ts';
import type { MetricTable } from './health/metric.ts';
import { type Health, openHealth } from './health/open-health.ts';
import type { LogLevel } from './log-level.ts';
import { createLogger, type Logger } from './logger.ts';
import { programVersion } from './program-version.ts';
import { connectRedis, disconnectRedis, type Redis } from './redis.ts';
import { refuseUnfitRedis } from './redis-checks.ts';
import { redisOfSettings } from './redis-of-settings.ts';
import { createRedisTrouble, type RedisTrouble } from './redis-trouble.ts';

/** What every process of the fleet stands on. */
export type FleetProcess<T extends MetricTable> = {
  /** Unique in the fleet. */
  id: string;
  app: string;
  version: string;
  /** Redis ms. */
  startedAtMs: number;
  log: Logger;
  redis: Redis;
  /** What Redis refuses for now; commands wait meanwhile. */
  trouble: Pick<RedisTrouble, 'reason'>;
  clock: RedisClock;
  health: Health<T>;
  /** A further connection; closed by `leave`. */
  connect: () => Promise<Redis>;
  /** Lets go of everything. An embedded Redis stops with its last user, also when the command that started it was killed. */
  leave: () => Promise<void>;
};

export type FleetSettings = {
  redisUrl: string;
  redisCa: string;
  dataDir: string;
  logLevel: LogLevel;
  /** `by caller`: the process has a web server, which answers by `health.answer`. */
  health: HealthAddress | 'by caller';
};

/**
 * Connects to the fleet's Redis and checks that it is fit; /healthz and the others answer meanwhile. Throws UserError that
 * names what is wrong.
 * @param metrics what the app counts; every process has those of processMetrics besides
 */
export const joinFleet = async <T extends MetricTable = Record<never, never>>(
  app: string,
  settings: FleetSettings,
  metrics: T = {} as T,
): Promise<FleetProcess<T>> => {
  const { redisUrl, dataDir } = settings;
  const log = createLogger({ app, level: settings.logLevel });
  const connection = await redisOfSettings(settings);
  const version = programVersion;
  const health = await openHealth(metrics, { about: { app, version }, where: settings.health, log });
  const trouble = createRedisTrouble(log, () => performance.now());
  const open: Redis[] = [];
  const connect = async (): Promise<Redis> => {
    const onError = (err: Error) => log.warn({ err }, 'redis connection error');
    const redis = await connectRedis(connection, { role: app, onError, refusals: trouble });
    open.push(redis);
    return redis;
  };
  const disconnect = async (): Promise<void> => {
    await health.close();
    await Promise.all(open.map(disconnectRedis));
  };

  try {
    const redis = await connect();
    const { warnings } = await refuseUnfitRedis(redis);
    for (const check of warnings) log.warn(check, 'redis setting is risky');
    const clock = await redisClock(redis);
    health.joined({ redis, clock, trouble });
    const leave = async (): Promise<void> => {
      clock.stop();
      await disconnect();
      if (process.connected !== true) await leaveEmbeddedRedis({ dataDir, url: redisUrl, log });
    };
    const startedAtMs = Math.round(clock.now() - process.uptime() * 1000);
    // Containers that share a host's name may share their pids as well.
    const id = `${hostname()}:${process.pid}:${randomBytes(2).toString('hex')}`;
    return { id, app, version, startedAtMs, log, redis, trouble, clock, health, connect, leave };
  } catch (error) {
    await disconnect();
    throw error;
  }
};
