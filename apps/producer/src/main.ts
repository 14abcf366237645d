import { hostname } from 'node:os';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { redisClock } from '@trawl/shared/platform/clock.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { createLogger } from '@trawl/shared/platform/logger.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { connectRedis, disconnectRedis, parseRedisUrl } from '@trawl/shared/platform/redis.ts';
import { refuseUnfitRedis } from '@trawl/shared/platform/redis-checks.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { producerSettings } from './config.ts';
import { startProducer } from './start-producer.ts';

await runMain('producer', async () => {
  const settings = readProcessSettings(producerSettings, { args: process.argv.slice(2), variables: process.env });
  const log = createLogger({ app: 'producer', level: settings.logLevel });
  const connection = parseRedisUrl(settings.redisUrl);
  const redis = await connectRedis(connection, {
    role: 'producer',
    onError: (err) => log.warn({ err }, 'redis connection error'),
  });
  await refuseUnfitRedis(redis);
  const feeds = settings.run === '' ? undefined : await createRuns(redis, firstShard).spec(settings.run);
  if (settings.run !== '' && feeds === undefined)
    throw new UserError(`There is no run ${settings.run}.`, 'trawl status lists the runs.');
  const clock = await redisClock(redis);
  const duty = { feeds, releases: !settings.ingestOnly };
  const producer = startProducer(duty, {
    id: `${hostname()}:${process.pid}`,
    settings,
    shard: firstShard,
    redis,
    clock,
    log,
    stdin: process.stdin,
    now: Date.now,
  });

  return {
    done: producer.done,
    stop: async () => {
      await producer.stop();
      clock.stop();
      await disconnectRedis(redis);
    },
  };
});
