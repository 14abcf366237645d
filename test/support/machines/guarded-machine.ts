import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFleetRuns } from '../fleet-runs.ts';
import type { DnsName } from '../pretend-dns.ts';
import { connectionsTo } from '../redis-for-tests.ts';
import { ipBatch } from './ip-command.ts';
import { createNetworkOfChildren } from './network-of-children.ts';
import { redisCommand, redisPort } from './redis-of-machine.ts';
import { openDoor, runNodeOn, runOnMachine } from './run-on-machine.ts';

/** What arrived at the addresses of the world, but for those of the public host. */
export type Arrivals = { arrivals: string[]; publicConnections: number };

export const publicAddresses = { ipv4: '93.184.216.34', ipv6: '2606:2800:21f:cb07::1' };

/** No line ends by a limit of time, however busy the machine is. */
const patient = { TRAWL_LOCK: '120s', TRAWL_JOB_DEADLINE: '90s', TRAWL_LEASE: '300s', TRAWL_LOG_LEVEL: 'error' };

const wholeWorld = fileURLToPath(new URL('./processes/whole-world.ts', import.meta.url));
const mainOf = (app: string) => fileURLToPath(new URL(`../../../apps/${app}/src/main.ts`, import.meta.url));

/**
 * A fleet on one machine to which every address of the world leads: whatever a worker connects to is heard. Redis listens on
 * all of them. `stop` ends everything and must be called.
 */
export const startGuardedMachine = async (names: Record<string, DnsName>) => {
  const { network, owned, beforehand, stop } = await createNetworkOfChildren();
  const directory = network.filesDir;
  const redisLog = join(directory, 'redis.log');

  try {
    const machine = await network.addMachine('world', []);
    await ipBatch(machine.namespace, [
      `addr add ${publicAddresses.ipv4}/32 dev lo`,
      `addr add ${publicAddresses.ipv6}/128 dev lo nodad`,
      'route add local 0.0.0.0/0 dev lo',
      'route add local ::/0 dev lo',
    ]);
    const world = owned(runNodeOn(machine, [wholeWorld, publicAddresses.ipv4, publicAddresses.ipv6]));
    world.send(names);
    owned(
      runOnMachine(machine, await redisCommand(directory, { bind: '* -::*', logfile: redisLog }), {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const door = await openDoor(machine, redisPort);
    owned(door.child);
    await once(world, 'message');
    const connections = connectionsTo(`redis://127.0.0.1:${door.port}`);
    beforehand(connections.close);
    const redis = await connections.connect();

    return {
      ...createFleetRuns(redis, directory),
      start: (app: 'producer' | 'worker' | 'collector', args: string[], variables: Record<string, string> = {}) =>
        owned(
          runNodeOn(machine, [mainOf(app), ...args], {
            env: {
              ...patient,
              REDIS_URL: `redis://127.0.0.1:${redisPort}`,
              TRAWL_DATA_DIR: directory,
              TRAWL_RESOLVER: '127.0.0.1',
              TRAWL_ALLOW_PRIVATE: '',
              ...variables,
            },
          }),
        ),
      arrivals: async (): Promise<Arrivals> => {
        const answer = once(world, 'message') as Promise<[Arrivals]>;
        world.send('what arrived?');
        return (await answer)[0];
      },
      /** Redis notes who speaks HTTP to it. */
      didRedisHearHttp: async (): Promise<boolean> => (await readFile(redisLog, 'utf8')).includes('SECURITY ATTACK'),
      /** For HTTP to Redis from outside. */
      redisDoor: door.port,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
