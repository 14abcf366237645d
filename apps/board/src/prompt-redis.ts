import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import { disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';

/** Longer than any answer that a board asks for takes. */
const commandTimeoutMs = 3000;
/** Redis answered a moment ago; should it have gone since, the board begins without it. */
const firstConnectionMs = 2000;

/**
 * A connection on which commands fail at once while Redis is away, and soon when it hangs: a page that says so is better than one
 * that waits. It reconnects by itself.
 */
export const connectPromptly = async (
  redis: Redis,
  log: Logger,
): Promise<{ redis: Redis; close: () => Promise<void> }> => {
  const prompt = redis.duplicate({
    lazyConnect: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
  });
  prompt.on('error', (err: Error) => log.debug({ err }, 'redis connection error'));
  const settled = new AbortController();
  await Promise.race([
    new Promise((resolve) => prompt.once('ready', resolve)),
    delay(firstConnectionMs, undefined, { signal: settled.signal }).catch(() => undefined),
  ]);
  settled.abort();
  return { redis: prompt, close: () => disconnectRedis(prompt) };
};
