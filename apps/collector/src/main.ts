import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { redisClock } from '@trawl/shared/platform/clock.ts';
import { runMain } from '@trawl/shared/platform/lifecycle.ts';
import { createLogger } from '@trawl/shared/platform/logger.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { connectRedis, disconnectRedis, parseRedisUrl } from '@trawl/shared/platform/redis.ts';
import { refuseUnfitRedis } from '@trawl/shared/platform/redis-checks.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { collectorSettings } from './config.ts';
import { startCollector } from './start-collector.ts';

await runMain('collector', async () => {
  const settings = readProcessSettings(collectorSettings, { args: process.argv.slice(2), variables: process.env });
  const log = createLogger({ app: 'collector', level: settings.logLevel });
  const connection = parseRedisUrl(settings.redisUrl);
  const onError = (err: Error) => log.warn({ err }, 'redis connection error');
  const redis = await connectRedis(connection, { role: 'collector', onError });
  await refuseUnfitRedis(redis);
  const only = settings.run === '' ? undefined : await createRuns(redis, firstShard).spec(settings.run);
  if (settings.run !== '' && only === undefined)
    throw new UserError(`There is no run ${settings.run}.`, 'trawl status lists the runs.');
  const clock = await redisClock(redis);
  const collector = startCollector(only, { shard: firstShard, redis, clock, log, stdout: process.stdout });

  return {
    done: collector.done,
    stop: async () => {
      await collector.stop();
      clock.stop();
      await disconnectRedis(redis);
    },
  };
});
