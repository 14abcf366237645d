import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { machineMs } from './machine-clock.ts';
import { type Gate, openGate } from './redis-gate.ts';
import type { Timeline } from './timeline.ts';

export type App = 'producer' | 'worker' | 'collector';

/** A place in the fleet: whoever stands there is replaced when it ends, as an operator's supervisor would. */
export type Place = {
  name: string;
  app: App;
  gate: Gate;
  child: ChildProcess | undefined;
  /** Its processes, one after the other. */
  pids: number[];
  /** What the harness did to the process that stands there now, so that its end is no surprise. */
  expected: Set<'SIGKILL' | 'SIGTERM'>;
  isStopped: boolean;
  /** What the next process of this place is started with besides. */
  variables: Record<string, string>;
  log: string;
};

export type FleetOptions = {
  directory: string;
  redisPort: () => number;
  /** With its password, for any port. */
  redisUrlAt: (port: number) => string;
  settings: Record<string, string>;
  size: Record<App, number>;
  timeline: Timeline;
};

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

const restartAfterMs = 100;
/** The first connection has ten seconds; a busy machine needs some to get there. */
const startsWithinMs = 60_000;
const noteDepartures = new URL('./note-departures.ts', import.meta.url).href;
const mainOf = (app: App) => fileURLToPath(new URL(`../../../apps/${app}/src/main.ts`, import.meta.url));

/** Producers, workers and collectors as processes, each with a gate of its own before Redis. */
export const startFleet = async (options: FleetOptions) => {
  const { timeline, directory } = options;
  const places: Place[] = [];
  const departuresFile = join(directory, 'departures.log');
  const standstillsFile = join(directory, 'standstills.log');
  let isOver = false;

  const startProcess = (
    app: App,
    { args, port, variables }: { args: string[]; port: number; variables: Record<string, string> },
  ): ChildProcess => {
    const noting = app === 'worker' ? [`--import=${noteDepartures}`] : [];
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...noting, mainOf(app), ...args], {
      env: {
        ...process.env,
        ...options.settings,
        TRAWL_DATA_DIR: directory,
        CHAOS_DEPARTURES: departuresFile,
        CHAOS_STANDSTILLS: standstillsFile,
        REDIS_URL: options.redisUrlAt(port),
        ...variables,
      },
      // The channel ends them with this process, however it ends.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  };

  const start = (place: Place): void => {
    const child = startProcess(place.app, { args: [], port: place.gate.port, variables: place.variables });
    child.stderr?.pipe(createWriteStream(place.log, { flags: 'a' }));
    place.child = child;
    place.expected = new Set();
    place.isStopped = false;
    place.pids.push(child.pid ?? 0);
    timeline.note('started', { who: place.name, pid: child.pid });
    const startedMs = machineMs();
    child.once('exit', () => void ended(place, child, machineMs() - startedMs));
  };

  const ended = async (place: Place, child: ChildProcess, lifeMs: number): Promise<void> => {
    const how = child.signalCode ?? child.exitCode;
    // A process that has hardly begun does not know yet what to do about SIGTERM; a second one ends it at once, with 143.
    const isTerminated = place.expected.has('SIGTERM') && (how === 0 || how === 'SIGTERM' || how === 143);
    // Who finds no Redis when it starts says so, and leaves it to its supervisor to try again.
    const findsNoRedis = how === 2 && lifeMs < startsWithinMs;
    const isExpected = place.expected.has('SIGKILL') || isTerminated;
    const what = isExpected ? 'ended' : findsNoRedis ? 'found no Redis' : 'ended by itself';
    timeline.note(what, { who: place.name, pid: child.pid, how, lifeMs: Math.round(lifeMs) });
    place.child = undefined;
    await delay(restartAfterMs);
    if (!isOver) start(place);
  };

  const signal = (place: Place, name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void => {
    if (place.child === undefined) return;
    if (name === 'SIGKILL' || name === 'SIGTERM') place.expected.add(name);
    if (name === 'SIGSTOP' || name === 'SIGCONT') place.isStopped = name === 'SIGSTOP';
    timeline.note(name, { who: place.name, pid: place.child.pid });
    place.child.kill(name);
  };

  for (const app of ['collector', 'producer', 'worker'] as const)
    for (let n = 1; n <= options.size[app]; n += 1) {
      const name = `${app}-${n}`;
      const place: Place = {
        name,
        app,
        gate: await openGate(options.redisPort),
        child: undefined,
        pids: [],
        expected: new Set(),
        isStopped: false,
        variables: {},
        log: join(directory, `${name}.log`),
      };
      places.push(place);
      start(place);
    }

  /** In place of the signal's default, which would be too late for a process that stands still. */
  const endAll = async (): Promise<void> => {
    isOver = true;
    for (const { gate } of places) {
      gate.setTrap(undefined);
      gate.setWeather({});
    }
    await Promise.all(
      places.map(async (place) => {
        const { child } = place;
        if (child === undefined) return;
        const exited = once(child, 'exit');
        if (place.isStopped) signal(place, 'SIGCONT');
        signal(place, 'SIGTERM');
        const late = setTimeout(() => {
          timeline.note('did not end', { who: place.name, pid: child.pid });
          child.kill('SIGKILL');
        }, endWithinMs);
        await exited;
        clearTimeout(late);
      }),
    );
    await Promise.all(places.map(({ gate }) => gate.close()));
  };

  /** One more process, with arguments of its own, that nobody replaces. */
  const startBeside = (app: App, args: string[]): ChildProcess => {
    const child = startProcess(app, { args, port: options.redisPort(), variables: {} });
    child.stderr?.pipe(createWriteStream(join(directory, `${app}-beside.log`), { flags: 'a' }));
    return child;
  };

  return {
    startBeside,
    places,
    departuresFile,
    standstillsFile,
    placesOf: (app: App) => places.filter((place) => place.app === app),
    signal,
    endAll,
  };
};

/** Above the grace of a worker and the time a process gives itself to stop. */
const endWithinMs = 40_000;
