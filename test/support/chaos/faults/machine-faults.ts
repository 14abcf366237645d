import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Fault } from '../attacked.ts';
import { processFigures } from '../process-figures.ts';
import { placeOf } from './process-faults.ts';

const run = promisify(execFile);
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);

/** A module that comes before all others: this machine's wall clock is wrong from then on, while the monotonic one goes on. */
const clockAhead = (ms: number): string => {
  const source = `const real = Date.now; const ahead = ${ms}; Date.now = () => real() + ahead;`;
  return `--import=data:text/javascript,${encodeURIComponent(source)}`;
};

/** The connections to Redis of a process that takes part: one that starts has a single one. */
const startedWith = 3;

/** What is wrong with the machine that a process runs on. */
export const machineFaults: Record<string, Fault> = {
  'a clock that is an hour off': {
    weight: 1,
    draw: (choose) => ({
      app: 'worker',
      which: choose.whole(0, 11),
      aheadMs: choose.oneOf([3_600_000, -3_600_000]),
      forMs: 8000,
    }),
    strike: async (attacked, about) => {
      const place = placeOf(attacked, about);
      attacked.timeline.note('clock is off', { who: place.name, aheadMs: about['aheadMs'] });
      place.variables = { NODE_OPTIONS: clockAhead(Number(about['aheadMs'])) };
      attacked.fleet.signal(place, 'SIGKILL');
      await pause(Number(about['forMs']), attacked.calm);
      place.variables = {};
      attacked.fleet.signal(place, 'SIGKILL');
      attacked.timeline.note('clock is right', { who: place.name });
    },
  },
  'no descriptors left': {
    weight: 1,
    draw: (choose) => ({
      app: choose.oneOf(['worker', 'collector', 'producer']),
      which: choose.whole(0, 11),
      spare: choose.whole(0, 6),
      forMs: choose.whole(1000, 5000),
    }),
    strike: async (attacked, about) => {
      const place = placeOf(attacked, about);
      const pid = place.child?.pid;
      const figures = pid === undefined ? undefined : await processFigures(pid);
      // Neither Node nor its modules start with so few.
      if (pid === undefined || figures === undefined || place.gate.connections() < startedWith) return;
      const most = figures.descriptors + Number(about['spare']);
      attacked.timeline.note('no descriptors left', { who: place.name, most, forMs: Number(about['forMs']) });
      await run('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);
      await pause(Number(about['forMs']), attacked.calm);
      if (place.child?.pid === pid)
        await run('prlimit', ['--pid', String(pid), '--nofile=4096:']).catch(() => undefined);
    },
  },
};
