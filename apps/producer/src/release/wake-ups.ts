import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '@trawl/shared/platform/redis.ts';

/** Shorter waits are slept: a blocking read costs more than it could save. */
const shortestBlockMs = 5;

/**
 * Waits on a list that the scripts push to. `connection` is used for nothing else, since it is blocked;
 * disconnecting it ends the wait.
 */
export const createWakeUps = (connection: Redis, key: string) => {
  let isClosed = false;
  connection.on('error', () => undefined); // the main connection says what is wrong with Redis
  return {
    wait: async (atMostMs: number): Promise<void> => {
      if (isClosed) return;
      if (atMostMs < shortestBlockMs) return void (await sleep(Math.max(1, atMostMs)));
      await connection.blpop(key, atMostMs / 1000).catch((error: unknown) => {
        if (!isClosed) throw error;
      });
    },
    close: (): void => {
      isClosed = true;
      connection.disconnect();
    },
  };
};
