import { setTimeout as delay } from 'node:timers/promises';
import type { Attacked } from '../attacked.ts';
import { type CommitPoint, commitPoints } from '../commit-points.ts';

const atOnce = ['producer', 'worker', 'collector'] as const;

/** At each commit point one process dies, whichever comes there first: what a seed may leave out is done here. */
export const killAtEveryCommitPoint = async (attacked: Attacked): Promise<void> => {
  await Promise.all(
    atOnce.map(async (app) => {
      for (const point of commitPoints.filter((each) => each.app === app)) await killAt(attacked, point);
    }),
  );
};

/** Whichever process has passed there so often dies. Resolves when it has, or the runs are over. */
export async function killAt({ fleet, timeline, calm }: Attacked, point: CommitPoint, passes = 0): Promise<void> {
  const places = fleet.placesOf(point.app);
  const died = Promise.withResolvers<void>();
  for (const place of places)
    place.gate.setTrap({
      holds: point.holds,
      when: point.when,
      passes,
      spring: async () => {
        for (const other of places) other.gate.setTrap(undefined);
        timeline.note('at a commit point', { who: place.name, point: point.name, ending: 'kill' });
        fleet.signal(place, 'SIGKILL');
        died.resolve();
        return 'cut';
      },
    });
  const calmed = new Promise<void>((resolve) => calm.addEventListener('abort', () => resolve(), { once: true }));
  await (calm.aborted ? delay(0) : Promise.race([died.promise, calmed]));
  for (const place of places) place.gate.setTrap(undefined);
}
