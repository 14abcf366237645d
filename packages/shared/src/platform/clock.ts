import { type Redis, redisNowMs } from './redis.ts';

/** Milliseconds since 1970. */
export type Clock = { now(): number };

/** The time of Redis without asking it each time: everything fleet-wide (leases, due times, records) is on this clock. */
export type RedisClock = Clock & {
  /** Redis minus this machine, in ms: also when the machine's clock was set a moment ago. */
  readonly offsetMs: number;
  /** Half a round trip to Redis, in ms. */
  readonly oneWayMs: number;
  stop(): void;
};

/** The clocks of this machine in ms: one that people set, and one that only goes on, but stands while the machine sleeps. */
export type MachineClocks = { wallMs: () => number; monotonicMs: () => number };

const thisMachine: MachineClocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

const samples = 5;
const refreshEveryMs = 10_000;
const lookEveryMs = 500;
/** The two clocks of a machine part by this much only when one was set, or the machine slept. */
const jumpMs = 100;

/** Measures before it resolves; later measurements that fail keep the last one. */
export const redisClock = async (redis: Redis, machine: MachineClocks = thisMachine): Promise<RedisClock> => {
  let measured = await measure(redis, machine);
  let measuring = false;
  const refresh = async () => {
    if (measuring || redis.status !== 'ready') return;
    measuring = true;
    await measure(redis, machine).then(
      (again) => {
        measured = again;
      },
      () => undefined,
    );
    measuring = false;
  };
  const look = () => {
    const { atMs, wallMinusMonotonicMs } = measured;
    const hasJumped = Math.abs(wallMinusMonotonic(machine) - wallMinusMonotonicMs) > jumpMs;
    if (hasJumped || machine.monotonicMs() - atMs >= refreshEveryMs) void refresh();
  };
  const timer = setInterval(look, lookEveryMs).unref();
  const now = () => machine.monotonicMs() + measured.aheadMs;
  return {
    now,
    get offsetMs() {
      return now() - machine.wallMs();
    },
    get oneWayMs() {
      return measured.roundTripMs / 2;
    },
    stop: () => clearInterval(timer),
  };
};

type Measurement = {
  roundTripMs: number;
  /** Redis minus the monotonic clock. */
  aheadMs: number;
  /** On the monotonic clock. */
  atMs: number;
  wallMinusMonotonicMs: number;
};

/** The sample with the shortest round trip says most: its error is at most half of that. */
async function measure(redis: Redis, machine: MachineClocks): Promise<Measurement> {
  let best = { roundTripMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let i = 0; i < samples; i += 1) {
    const started = machine.monotonicMs();
    const redisMs = await redisNowMs(redis);
    const roundTripMs = machine.monotonicMs() - started;
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, aheadMs: redisMs - (started + roundTripMs / 2) };
  }
  return { ...best, atMs: machine.monotonicMs(), wallMinusMonotonicMs: wallMinusMonotonic(machine) };
}

const wallMinusMonotonic = ({ wallMs, monotonicMs }: MachineClocks): number => wallMs() - monotonicMs();
