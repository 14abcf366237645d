import type { Redis } from '../redis.ts';

/** Undefined: it does its work. Else why not, in a few words. */
export type ReadyCheck = () => string | undefined | Promise<string | undefined>;

const redisDeadlineMs = 1000;

/** Asks Redis for a sign of life, at most once at a time: what waits for a lost server is not asked again and again. */
export const redisAnswers = (redis: Pick<Redis, 'status' | 'ping'>): ReadyCheck => {
  let asking: Promise<unknown> | undefined;
  return async () => {
    if (redis.status !== 'ready') return 'Redis is not connected';
    asking ??= redis.ping().finally(() => {
      asking = undefined;
    });
    const { promise: tooLate, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve('Redis does not answer'), redisDeadlineMs);
    try {
      return await Promise.race([asking.then(() => undefined), tooLate]);
    } catch (error) {
      return `Redis answers with an error: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      clearTimeout(timer);
    }
  };
};

/**
 * A check for work that comes round again and again: not ready before the first `beat`, nor when the last is too long ago.
 * @param what completes the sentence: `release has not answered for 31 s`
 * @param now any ms that do not jump
 */
export const createPulse = (
  what: string,
  { longestMs, now }: { longestMs: number; now: () => number },
): { beat: () => void; check: ReadyCheck } => {
  let lastMs: number | undefined;
  return {
    beat: () => {
      lastMs = now();
    },
    check: () => {
      if (lastMs === undefined) return `${what} yet`;
      const silentMs = now() - lastMs;
      return silentMs > longestMs ? `${what} for ${Math.round(silentMs / 1000)} s` : undefined;
    },
  };
};
