import { setTimeout as delay } from 'node:timers/promises';
import type { Attacked, Fault } from '../attacked.ts';
import { commitPoints } from '../commit-points.ts';
import { placeOf, standStill } from './process-faults.ts';

const endings = ['kill', 'kill', 'cut', 'stand still'] as const;
/** Longer than the locks and leases of the fleet. */
const standsStillMs = { least: 5000, most: 11_000 };
const waitMs = 5000;

/** A process dies, loses its connection or stands still exactly between two steps: the command is held up until it has. */
export const pointFaults: Record<string, Fault> = {
  'at a commit point': {
    weight: 8,
    draw: (choose) => {
      const { name, app } = choose.oneOf(commitPoints);
      return {
        point: name,
        app,
        which: choose.whole(0, 11),
        ending: choose.oneOf(endings),
        passes: choose.whole(0, 20),
        forMs: choose.whole(standsStillMs.least, standsStillMs.most),
      };
    },
    strike: async (attacked, about) => {
      const place = placeOf(attacked, about);
      const point = commitPoints.find(({ name }) => name === about['point']);
      if (point === undefined || place.gate.isTrapSet()) return;
      const done = Promise.withResolvers<void>();
      place.gate.setTrap({
        holds: point.holds,
        when: point.when,
        passes: Number(about['passes']),
        spring: async () => {
          attacked.timeline.note('at a commit point', { who: place.name, point: point.name, ending: about['ending'] });
          const then = await endingOf(attacked, about);
          done.resolve();
          return then;
        },
      });
      await Promise.race([done.promise, delay(waitMs, undefined, { signal: attacked.calm }).catch(() => undefined)]);
      place.gate.setTrap(undefined);
    },
  },
};

async function endingOf(attacked: Attacked, about: Record<string, number | string>): Promise<'go on' | 'cut'> {
  const place = placeOf(attacked, about);
  switch (about['ending'] as (typeof endings)[number]) {
    case 'kill':
      attacked.fleet.signal(place, 'SIGKILL');
      return 'cut';
    case 'cut':
      return 'cut';
    case 'stand still':
      await standStill(attacked, about);
      return 'go on';
  }
}
