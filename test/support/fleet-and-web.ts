import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterEach, beforeEach } from 'vitest';
import { startFleetWorld } from './fleet-world.ts';
import { type PretendWeb, startPretendWeb } from './pretend-web/start-pretend-web.ts';

export type FleetWorld = Awaited<ReturnType<typeof startFleetWorld>>;

/** Gives each test a fleet on a Redis of its own, a pretend web, and a connection to the Redis. */
export const withFleetAndWeb = (begin: (world: FleetWorld, web: PretendWeb, redis: Redis) => void): void => {
  let world: FleetWorld;
  let web: PretendWeb;
  beforeEach(async () => {
    [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
    begin(world, web, await world.redis.connect());
  });
  afterEach(async () => {
    await world.stop();
    await web.close();
  });
};
