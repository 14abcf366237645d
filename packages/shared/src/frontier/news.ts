import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from '../platform/redis.ts';

export type News = {
  /** Resolves when something was announced since the last call, when told to stop, or after `atMostMs`. */
  wait: (atMostMs: number) => Promise<void>;
  close: () => void;
};

/**
 * Listens on a channel whose messages say that it is worth looking. What is announced while the connection is lost is not
 * heard: look now and then.
 * @param redis a connection that does nothing else; `close` disconnects it
 */
export const listenForNews = async (redis: Redis, channel: string, stop: AbortSignal): Promise<News> => {
  let news = Promise.withResolvers<void>();
  const tell = (): void => news.resolve();
  redis.on('message', tell);
  redis.on('error', () => undefined); // the main connection says what is wrong with Redis
  stop.addEventListener('abort', tell);
  await redis.subscribe(channel);
  return {
    wait: async (atMostMs) => {
      const timer = new AbortController();
      await Promise.race([news.promise, delay(atMostMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
      news = Promise.withResolvers<void>();
    },
    close: () => {
      stop.removeEventListener('abort', tell);
      redis.disconnect();
    },
  };
};
