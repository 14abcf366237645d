import { hostname } from 'node:os';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { redisClock } from '@trawl/shared/platform/clock.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { createLogger } from '@trawl/shared/platform/logger.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { connectRedis, disconnectRedis, parseRedisUrl } from '@trawl/shared/platform/redis.ts';
import { refuseUnfitRedis } from '@trawl/shared/platform/redis-checks.ts';
import { workerSettings } from './config.ts';
import { startWorker } from './start-worker.ts';

/** A worker that starts nothing although work waits leaves with this code: its supervisor should start another. */
const stuckExitCode = 75;

await runMain('worker', async () => {
  const settings = readProcessSettings(workerSettings, { args: process.argv.slice(2), variables: process.env });
  const log = createLogger({ app: 'worker', level: settings.logLevel });
  const connection = parseRedisUrl(settings.redisUrl);
  const onError = (err: Error) => log.warn({ err }, 'redis connection error');
  const redis = await connectRedis(connection, { role: 'worker', onError });
  const queueRedis = await connectRedis(connection, { role: 'worker', onError });
  await refuseUnfitRedis(redis);
  const clock = await redisClock(redis);
  const id = `${hostname()}:${process.pid}`;
  const worker = startWorker({
    id,
    settings,
    shard: firstShard,
    redis,
    queueRedis,
    clock,
    log,
    random: Math.random,
    now: Date.now,
  });

  return {
    done: worker.end.then((end) => (end === 'stuck' ? stuckExitCode : exitCodes.ok)),
    stop: async () => {
      await worker.stop();
      clock.stop();
      await Promise.all([disconnectRedis(redis), disconnectRedis(queueRedis)]);
    },
  };
});
