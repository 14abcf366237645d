/** A child as `trawl run` starts it: was handed a REDIS_URL (argv[3]), leaves the embedded Redis of argv[2] when told to. */
import { leaveEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/leave-embedded-redis.ts';
import { connectRedis, disconnectRedis } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';

const [dataDir = '', url = ''] = process.argv.slice(2);
const redis = await connectRedis(parseRedisUrl(url), { role: 'worker' });
process.send?.({ connected: true });
process.once('message', () => void leave());

async function leave(): Promise<void> {
  await disconnectRedis(redis);
  await leaveEmbeddedRedis({ dataDir, url });
  process.disconnect();
}
