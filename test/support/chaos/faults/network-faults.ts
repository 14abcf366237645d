import { setTimeout as delay } from 'node:timers/promises';
import type { Attacked, Fault } from '../attacked.ts';
import type { Place } from '../fleet.ts';
import type { Weather } from '../redis-gate.ts';
import { placeOf } from './process-faults.ts';

const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);

/** One process, or the whole fleet. */
const placesOf = (attacked: Attacked, about: Record<string, number | string>): Place[] =>
  about['app'] === 'all' ? attacked.fleet.places : [placeOf(attacked, about)];

const drawPlaces = (choose: Parameters<Fault['draw']>[0]) => ({
  app: choose.oneOf(['worker', 'producer', 'collector', 'all']),
  which: choose.whole(0, 11),
});

const badWeather = (
  name: string,
  weight: number,
  weatherOf: (about: Record<string, number | string>) => Weather,
): Fault => ({
  weight,
  draw: (choose) => ({ ...drawPlaces(choose), delayMs: choose.whole(5, 250), forMs: choose.whole(500, 6000) }),
  strike: async (attacked, about) => {
    const places = placesOf(attacked, about);
    attacked.timeline.note(`network: ${name}`, about);
    for (const { gate } of places) gate.setWeather(weatherOf(about));
    await pause(Number(about['forMs']), attacked.calm);
    for (const { gate } of places) {
      gate.setWeather({});
      // What was swallowed never comes: a connection that goes on after it would be out of step.
      if (weatherOf(about).silent) gate.cutAll();
    }
    attacked.timeline.note('network: well again', { after: name });
  },
});

/** What happens on the way between the processes and Redis. */
export const networkFaults: Record<string, Fault> = {
  'slow network': badWeather('slow', 1, ({ delayMs }) => ({ delayMs: Number(delayMs) })),
  'sliced network': badWeather('sliced', 1, () => ({ slices: true })),
  'silent network': badWeather('silent', 1, () => ({ silent: true })),
  'storm of cut connections': {
    weight: 2,
    draw: (choose) => ({ ...drawPlaces(choose), forMs: choose.whole(200, 4000), everyMs: choose.whole(20, 500) }),
    strike: async (attacked, about) => {
      attacked.timeline.note('network: storm', about);
      for (
        let leftMs = Number(about['forMs']);
        leftMs > 0 && !attacked.calm.aborted;
        leftMs -= Number(about['everyMs'])
      ) {
        for (const { gate } of placesOf(attacked, about)) gate.cutAll();
        await pause(Number(about['everyMs']), attacked.calm);
      }
      attacked.timeline.note('network: well again', { after: 'storm' });
    },
  },
  'half-closed connections': {
    weight: 1,
    draw: (choose) => ({ ...drawPlaces(choose), side: choose.oneOf(['near', 'far']) }),
    strike: async (attacked, about) => {
      attacked.timeline.note('network: half-closed', about);
      for (const { gate } of placesOf(attacked, about)) gate.halfClose(about['side'] === 'near' ? 'near' : 'far');
    },
  },
};
