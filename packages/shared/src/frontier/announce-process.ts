import type { FleetProcess } from '../platform/join-fleet.ts';
import { type Announcement, createFleet } from './fleet.ts';
import type { Shard } from './shard.ts';

const everyMs = 5000;
const lifeMs = 3 * everyMs;

type Announced = Pick<
  FleetProcess<Record<never, never>>,
  'id' | 'app' | 'version' | 'startedAtMs' | 'redis' | 'clock' | 'log'
> & {
  health: { url: string | undefined };
};

/**
 * Keeps a process announced from now on until `stop`, so that the board, `trawl status` and release know of it.
 * @param more what only some processes have
 */
export const keepAnnounced = (
  { id, app, version, startedAtMs, redis, clock, log, health }: Announced,
  shard: Shard,
  more: { concurrency?: number; healthUrl?: string } = {},
): { stop: () => Promise<void> } => {
  const fleet = createFleet(redis, shard);
  const fixed = { id, app, version, startedAtMs, ...(health.url !== undefined && { healthUrl: health.url }), ...more };
  let isUnderWay = false;
  let hasLeft = false;

  const announce = async (): Promise<void> => {
    if (isUnderWay) return; // Redis is away, and the last announcement waits for it
    isUnderWay = true;
    const about: Announcement = { ...fixed, clockOffsetMs: Math.round(clock.offsetMs) };
    await fleet
      .announce(about, clock.now(), lifeMs)
      .catch((error: unknown) => hasLeft || log.warn({ err: error }, 'announcing this process failed'));
    isUnderWay = false;
  };
  void announce();
  const timer = setInterval(() => void announce(), everyMs);

  return {
    stop: async () => {
      clearInterval(timer);
      hasLeft = true;
      if (redis.status === 'ready') await fleet.leave(id);
    },
  };
};
