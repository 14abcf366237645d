import { setTimeout as delay } from 'node:timers/promises';
import type { Attacked, Fault } from '../attacked.ts';
import type { App, Place } from '../fleet.ts';
import type { Choices } from '../seeded-choice.ts';

const apps: readonly App[] = ['worker', 'producer', 'collector', 'worker'];
const drawPlace = (choose: Choices) => ({ app: choose.oneOf(apps), which: choose.whole(0, 11) });

export const placeOf = ({ fleet }: Attacked, about: Record<string, number | string>): Place => {
  const places = fleet.placesOf(about['app'] as App);
  const place = places[Number(about['which']) % places.length];
  if (place === undefined) throw new Error(`the fleet has no ${about['app']}`);
  return place;
};

export const standStill: Fault['strike'] = async (attacked, about) => {
  const place = placeOf(attacked, about);
  const pid = place.child?.pid;
  if (place.isStopped) return;
  attacked.fleet.signal(place, 'SIGSTOP');
  await delay(Number(about['forMs']), undefined, { signal: attacked.calm }).catch(() => undefined);
  if (place.child?.pid === pid) attacked.fleet.signal(place, 'SIGCONT');
};

/** A process dies, is told to stop, or stands still longer than its locks and leases last. */
export const processFaults: Record<string, Fault> = {
  kill: {
    weight: 10,
    draw: drawPlace,
    strike: async (attacked, about) => attacked.fleet.signal(placeOf(attacked, about), 'SIGKILL'),
  },
  'kill all of a kind': {
    weight: 1,
    draw: drawPlace,
    strike: async ({ fleet }, about) => {
      for (const place of fleet.placesOf(about['app'] as App)) fleet.signal(place, 'SIGKILL');
    },
  },
  terminate: {
    weight: 3,
    draw: drawPlace,
    strike: async (attacked, about) => attacked.fleet.signal(placeOf(attacked, about), 'SIGTERM'),
  },
  'stand still': {
    weight: 3,
    draw: (choose) => ({ ...drawPlace(choose), forMs: choose.whole(1000, 10_000) }),
    strike: standStill,
  },
};
