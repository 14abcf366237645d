import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from '../platform/redis.ts';
import { withoutMemory } from './load-scripts.ts';

/** The right to do something that one process of the fleet does at a time: collect a run, feed it, serve the schedules. */
export type Lease = {
  /** What the key holds meanwhile: scripts may compare it. */
  readonly token: string;
  /** Aborted when another process may have it. */
  readonly lost: AbortSignal;
  /** Also false when the renewal is overdue, as after a long sleep of this process: to be asked before each step that must not happen twice. */
  isHeld: () => boolean;
  /** Lets the next owner come at once, if Redis can be reached; else it comes when the lease has expired. */
  release: () => Promise<void>;
};

export type LeaseOptions = {
  redis: Redis;
  key: string;
  /** New for each lease. */
  token: string;
  /** Monotonic ms. */
  now: () => number;
};

const lifeMs = 15_000;
const renewEveryMs = 5000;
/** Redis may expire a lease this much before this process thinks so. */
const marginMs = 1000;
const releaseDeadlineMs = 2000;

/** Who makes room in a full Redis must get its lease. Told again after its answer got lost, it is had already. */
const takeScript = `${withoutMemory}if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') or redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end return 0`;
const renewScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Undefined: another process has it. */
export const takeLease = async ({ redis, key, token, now }: LeaseOptions): Promise<Lease | undefined> => {
  let heldUntilMs = now() + lifeMs - marginMs;
  if ((await redis.eval(takeScript, 1, key, token, lifeMs)) !== 1) return undefined;

  const lost = new AbortController();
  const isHeld = (): boolean => {
    if (now() >= heldUntilMs) lost.abort();
    return !lost.signal.aborted;
  };
  const renew = async (): Promise<void> => {
    const askedAtMs = now();
    if ((await redis.eval(renewScript, 1, key, token, lifeMs)) === 1) heldUntilMs = askedAtMs + lifeMs - marginMs;
    else lost.abort();
  };
  let renewing: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (!isHeld()) clearInterval(timer);
    else
      renewing ??= renew()
        .catch(() => undefined)
        .finally(() => (renewing = undefined));
  }, renewEveryMs);

  return {
    token,
    lost: lost.signal,
    isHeld,
    release: async () => {
      clearInterval(timer);
      const released = redis.eval(releaseScript, 1, key, token).catch(() => undefined);
      await Promise.race([released, delay(releaseDeadlineMs, undefined, { ref: false })]);
    },
  };
};
