import { type Redis, redisNowMs } from './redis.ts';

/** Milliseconds since 1970. */
export type Clock = { now(): number };

/** The time of Redis without asking it each time: everything fleet-wide (leases, due times, records) is on this clock. */
export type RedisClock = Clock & {
  /** Redis minus this machine, in ms. */
  readonly offsetMs: number;
  /** Half a round trip to Redis, in ms. */
  readonly oneWayMs: number;
  stop(): void;
};

const samples = 5;
const refreshEveryMs = 10_000;

/** Measures the offset before it resolves; later measurements that fail keep the last offset. */
export const redisClock = async (redis: Redis): Promise<RedisClock> => {
  let measured = await measure(redis);
  let measuring = false;
  const refresh = async () => {
    if (measuring || redis.status !== 'ready') return;
    measuring = true;
    await measure(redis).then(
      (again) => {
        measured = again;
      },
      () => undefined,
    );
    measuring = false;
  };
  const timer = setInterval(() => void refresh(), refreshEveryMs).unref();
  return {
    now: () => Date.now() + measured.offsetMs,
    get offsetMs() {
      return measured.offsetMs;
    },
    get oneWayMs() {
      return measured.roundTripMs / 2;
    },
    stop: () => clearInterval(timer),
  };
};

/** The sample with the shortest round trip says most: its error is at most half of that. */
async function measure(redis: Redis): Promise<{ roundTripMs: number; offsetMs: number }> {
  let best = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  for (let i = 0; i < samples; i += 1) {
    const startedAtMs = Date.now();
    const started = performance.now();
    const redisMs = await redisNowMs(redis);
    const roundTripMs = performance.now() - started;
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, offsetMs: redisMs - (startedAtMs + roundTripMs / 2) };
  }
  return best;
}
