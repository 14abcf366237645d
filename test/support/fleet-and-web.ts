import { afterEach, beforeEach } from 'vitest';
import { startFleetWorld } from './fleet-world.ts';
import { type PretendWeb, startPretendWeb } from './pretend-web/start-pretend-web.ts';

export type FleetWorld = Awaited<ReturnType<typeof startFleetWorld>>;

/** Gives each test a fleet on a Redis of its own, and a pretend web. */
export const withFleetAndWeb = (begin: (world: FleetWorld, web: PretendWeb) => unknown): void => {
  let world: FleetWorld;
  let web: PretendWeb;
  beforeEach(async () => {
    [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
    await begin(world, web);
  });
  afterEach(async () => {
    await world.stop();
    await web.close();
  });
};
