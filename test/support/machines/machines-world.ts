import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createFleetRuns, impatient } from '../fleet-runs.ts';
import { putFirst } from '../put-first.ts';
import { connectionsTo } from '../redis-for-tests.ts';
import { type Machine, webNetwork } from './network.ts';
import { createNetworkOfChildren } from './network-of-children.ts';
import { redisCommand, redisPort } from './redis-of-machine.ts';
import { openDetour, openDoor, runNodeOn, runOnMachine } from './run-on-machine.ts';
import { createWebClient } from './web-client.ts';

type App = 'producer' | 'worker' | 'collector';

export type MachinesOptions = {
  /** Machines for workers; two by default. */
  workerHosts?: number;
  /** Settings of all apps, as variables; `impatient` by default. */
  settings?: Record<string, string>;
  /** What the way between the workers and Redis takes longer, in each direction. */
  redisDelayMs?: number;
};

const pretendWeb = fileURLToPath(new URL('../pretend-web/main.ts', import.meta.url));
const mainOf = (app: App) => fileURLToPath(new URL(`../../../apps/${app}/src/main.ts`, import.meta.url));

/**
 * A fleet on several machines: Redis, the producer (with the collector), hosts for workers, and the pretend web, each a network
 * namespace with addresses of its own. `stop` kills all that was started here and removes the machines; it must be called.
 */
export const startMachines = async (options: MachinesOptions = {}) => {
  const { network, owned, beforehand, stop } = await createNetworkOfChildren();
  const directory = network.filesDir;

  try {
    const redisMachine = await network.addMachine('redis', ['fleet']);
    const producer = await network.addMachine('producer', ['fleet']);
    const web = await network.addMachine('web', ['web']);
    await network.host(web, webHosts);
    const workers: Machine[] = [];
    for (let n = 1; n <= (options.workerHosts ?? 2); n += 1)
      workers.push(await network.addMachine(`worker-${n}`, ['fleet', 'web']));

    owned(
      runOnMachine(redisMachine, await redisCommand(directory, { bind: '0.0.0.0' }), {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const redisDoor = await openDoor(redisMachine, redisPort);
    owned(redisDoor.child);
    const connections = connectionsTo(`redis://127.0.0.1:${redisDoor.port}`);
    beforehand(connections.close);
    const redis = await connections.connect();

    const pages = owned(runNodeOn(web, [pretendWeb, '--port', '80', '--also-serve', webNetwork], { stdout: 'pipe' }));
    putFirst(pages.pid);
    if (pages.stdout !== null) await once(pages.stdout, 'data');
    const webDoor = await openDoor(web, 80);
    owned(webDoor.child);

    let redisAddress = `${redisMachine.addresses.fleet}:${redisPort}`;
    if (options.redisDelayMs !== undefined) {
      const detour = await network.addMachine('detour', ['fleet']);
      owned(await openDetour(detour, { to: redisAddress, delayMs: options.redisDelayMs, port: redisPort }));
      redisAddress = `${detour.addresses.fleet}:${redisPort}`;
    }

    const start = (app: App, on: Machine, args: string[] = [], variables: Record<string, string> = {}): ChildProcess =>
      owned(
        runNodeOn(on, [mainOf(app), ...args], {
          env: {
            REDIS_URL: `redis://${app === 'worker' ? redisAddress : redisMachine.addresses.fleet}`,
            TRAWL_DATA_DIR: directory,
            TRAWL_ALLOW_PRIVATE: webHosts,
            ...(options.settings ?? impatient),
            ...variables,
          },
        }),
      );

    return {
      network,
      directory,
      machines: { redis: redisMachine, producer, web, workers },
      /** From outside of all machines; no cut of theirs touches it. */
      redis,
      connect: connections.connect,
      web: createWebClient(webDoor.port),
      start,
      stop,
      ...createFleetRuns(redis, directory),
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

export type Machines = Awaited<ReturnType<typeof startMachines>>;

/** What the pretend web answers for; `pretendHosts(count, '10.80')` are in it. */
const webHosts = '10.80.0.0/16';
