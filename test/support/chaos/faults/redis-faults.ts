import { setTimeout as delay } from 'node:timers/promises';
import type { Attacked, Fault } from '../attacked.ts';

const pause = (ms: number, signal?: AbortSignal) =>
  delay(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);

const killAndRestart = async (
  { redis, timeline, withRedis }: Attacked,
  { downMs, cutBytes }: { downMs: number; cutBytes: number },
): Promise<void> =>
  withRedis(async () => {
    timeline.note('redis killed');
    await redis.kill();
    if (cutBytes > 0) timeline.note('tail of the append-only file cut off', { bytes: await redis.cutTail(cutBytes) });
    await pause(downMs);
    await redis.restart();
    timeline.note('redis is back');
  });

/** What happens to Redis itself. */
export const redisFaults: Record<string, Fault> = {
  'kill redis': {
    weight: 2,
    draw: (choose) => ({ downMs: choose.whole(50, 2500) }),
    strike: (attacked, { downMs }) => killAndRestart(attacked, { downMs: Number(downMs), cutBytes: 0 }),
  },
  'cut the append-only file': {
    weight: 1,
    draw: (choose) => ({ downMs: choose.whole(50, 1500), cutBytes: choose.whole(1, 256) * 1024 }),
    strike: (attacked, { downMs, cutBytes }) =>
      killAndRestart(attacked, { downMs: Number(downMs), cutBytes: Number(cutBytes) }),
  },
  /** As DEBUG SLEEP would, which a server allows only when it was started so: the system takes bytes, nobody answers. */
  'redis sleeps': {
    weight: 1,
    draw: (choose) => ({ forMs: choose.whole(500, 6000) }),
    strike: ({ redis, timeline, withRedis, calm }, { forMs }) =>
      withRedis(async () => {
        timeline.note('redis sleeps', { forMs: Number(forMs) });
        redis.signal('SIGSTOP');
        await pause(Number(forMs), calm);
        redis.signal('SIGCONT');
        timeline.note('redis is back');
      }),
  },
  'client kill storm': {
    weight: 1,
    draw: (choose) => ({ forMs: choose.whole(200, 3000), everyMs: choose.whole(10, 300) }),
    strike: ({ redis, timeline, withRedis, calm }, { forMs, everyMs }) =>
      withRedis(async () => {
        timeline.note('client kill storm', { forMs: Number(forMs) });
        for (let leftMs = Number(forMs); leftMs > 0 && !calm.aborted; leftMs -= Number(everyMs)) {
          await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
          await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
          await pause(Number(everyMs));
        }
        timeline.note('client kill storm over');
      }),
  },
};

/** What a running Redis refuses. */
export const refusals: Record<string, Fault> = {
  'redis is full': {
    weight: 1,
    draw: (choose) => ({ forMs: choose.whole(500, 5000) }),
    strike: ({ redis, timeline, withRedis, calm }, { forMs }) =>
      withRedis(async () => {
        timeline.note('redis is full', { forMs: Number(forMs) });
        await redis.client.config('SET', 'maxmemory', '1mb');
        await pause(Number(forMs), calm);
        await redis.client.config('SET', 'maxmemory', '0');
        timeline.note('redis has room');
      }),
  },
};
