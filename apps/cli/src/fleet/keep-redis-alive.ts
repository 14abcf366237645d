import { setTimeout as delay } from 'node:timers/promises';
import { isDiskTrouble } from '@trawl/shared/platform/disk-trouble.ts';
import type { EmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { RedisDidNotStart } from '@trawl/shared/platform/embedded-redis/start-server.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { CommandRedis } from '../redis-of-command.ts';

const lookEveryMs = 250;
const noticeAfterMs = 3000;
const tryAgainMs = 1000;
/** Damage ends all of them. */
const starts = 5;

/**
 * Starts a lost embedded Redis again, and says so when somebody else's does not answer; until `stop` aborts. Rejects with
 * a UserError when it cannot be had back where the fleet looks for it.
 */
export const keepRedisAlive = async (
  { redis, url, embedded }: CommandRedis,
  { notice, now, stop }: { notice: (text: string) => void; now: () => number; stop: AbortSignal },
): Promise<void> => {
  let lostAtMs: number | undefined;
  let isTold = false;
  while (!stop.aborted) {
    await delay(lookEveryMs, undefined, { signal: stop }).catch(() => undefined);
    if (embedded?.isAlive() === false && !stop.aborted) {
      notice('Its Redis is gone; it is started again.');
      await startAgain(embedded, { notice, stop });
      if (embedded.url !== url) throw movedAway();
    }
    if (redis.status === 'ready') {
      if (isTold) notice('Redis answers again.');
      lostAtMs = undefined;
      isTold = false;
    } else if (!isTold && now() - (lostAtMs ??= now()) >= noticeAfterMs) {
      isTold = true;
      notice('Redis does not answer. Nothing is lost; the crawl goes on when it is back.');
    }
  }
};

/** Its files may be on a disk that is full, or ours no more for a while; and what was killed once may be killed while it starts. */
async function startAgain(
  embedded: EmbeddedRedis,
  { notice, stop }: { notice: (text: string) => void; stop: AbortSignal },
): Promise<void> {
  let [isTold, endedEarly] = [false, 0];
  while (!stop.aborted) {
    try {
      await embedded.ensureAlive();
      return;
    } catch (error) {
      if (!isDiskTrouble(error)) endedEarly += 1;
      if (endedEarly >= starts || !(isDiskTrouble(error) || error instanceof RedisDidNotStart)) throw error;
      if (!isTold) notice(`It does not start: ${error.message}\nIt is tried again every second; nothing is lost.`);
      isTold = true;
      await delay(tryAgainMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}

const movedAway = (): UserError =>
  new UserError(
    'The embedded Redis came back on another port, where the fleet does not look for it.',
    'Nothing is lost: trawl resume last goes on.',
  );
