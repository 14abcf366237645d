/** Opens the embedded Redis of argv[2], tells its parent, and closes it when it is told to. */
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';

const embedded = await openEmbeddedRedis({ dataDir: String(process.argv[2]) });
process.send?.({ url: embedded.url, started: embedded.started, redisPid: embedded.redisPid });
process.once('message', () => void embedded.close().then(() => process.disconnect()));
