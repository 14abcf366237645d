import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import type { Redis } from './redis.ts';
import type { RedisTrouble } from './redis-trouble.ts';

export type StopSurroundings = {
  redis: Pick<Redis, 'status'>;
  trouble: Pick<RedisTrouble, 'reason'>;
  log: Pick<Logger, 'warn'>;
};

/** For the last work of a process: all of it stays below its deadline of 30 s. */
export const lastWorkPatience = { patienceMs: 2000, mostMs: 20_000 };
/** For taking leave of the fleet, which would find out by itself. */
export const farewellPatience = { patienceMs: 0, mostMs: 2000 };

const lookEveryMs = 50;

/**
 * Waits for the last work of a process that stops; but for a Redis that is away, or refuses commands, only so long without
 * interruption, and `mostMs` in all, since a connection on which nothing comes any more takes long to be noticed: nothing is lost by
 * leaving, and a supervisor should not have to kill.
 * @param now monotonic ms
 */
export const whileRedisAnswers = async (
  work: Promise<unknown>,
  { redis, trouble, log }: StopSurroundings,
  { patienceMs, mostMs, now }: { patienceMs: number; mostMs?: number; now: () => number },
): Promise<void> => {
  const beganMs = now();
  let isOver = false;
  const ended = work.then(
    () => void (isOver = true),
    () => void (isOver = true),
  );
  let awaySinceMs: number | undefined;
  while (!isOver) {
    const isAway = redis.status !== 'ready' || trouble.reason() !== undefined;
    awaySinceMs = isAway ? (awaySinceMs ?? now()) : undefined;
    if (awaySinceMs !== undefined && now() - awaySinceMs >= patienceMs)
      return log.warn('Redis is away: stopping without it');
    if (mostMs !== undefined && now() - beganMs >= mostMs)
      return log.warn('a connection to Redis does not end: stopping without it');
    await Promise.race([ended, delay(lookEveryMs)]);
  }
};
