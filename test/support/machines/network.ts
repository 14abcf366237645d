import { rm } from 'node:fs/promises';
import { ip, ipBatch } from './ip-command.ts';
import {
  makeFilesDir,
  namespacesOf,
  newNetworkName,
  removeNamespace,
  removeNetworksOfKilledRuns,
} from './network-names.ts';

/**
 * Two networks, as a fleet has them: one that it shares with its Redis, and the way out to the web. They are bridges in a
 * namespace of their own, the switch; a machine is a namespace with one link to each network that it is on.
 *
 *   redis   producer   worker-1   worker-2   web
 *     |         |       |    |     |    |     |
 *     '--fleet--'-------'----|-----'    |     |
 *                            '---web----'-----'
 */
export type Link = 'fleet' | 'web';

/**
 * How a link is cut. `unplugged`: the machine sees that its cable is out. `silent`: the link stays up, but nothing comes
 * through either way, and nobody is told. In both cases no connection is closed.
 */
export type Cut = 'unplugged' | 'silent';

export type Machine = {
  name: string;
  namespace: string;
  /** Its address on each network that it is on. */
  addresses: Partial<Record<Link, string>>;
};

export type Network = {
  /** For files of what runs on the machines; gone with the network. */
  filesDir: string;
  addMachine: (name: string, links: Link[]) => Promise<Machine>;
  /** Lets the machine have all addresses of this network, as `10.80.0.0/16`; all others on the link `web` send them to it. */
  host: (machine: Machine, network: string) => Promise<void>;
  cut: (machine: Machine, links: Link[], how: Cut) => Promise<void>;
  mend: (machine: Machine, links: Link[]) => Promise<void>;
  /** Ends all that runs inside and removes everything. Throws when something is left. */
  remove: () => Promise<void>;
};

/** Nothing outside of the network's namespaces knows these: every network has the same. */
const prefixOf: Record<Link, string> = { fleet: '10.71.0', web: '10.72.0' };
export const webNetwork = '10.72.0.0/24';

export const createNetwork = async (): Promise<Network> => {
  await removeNetworksOfKilledRuns();
  const name = newNetworkName(process.pid);
  const theSwitch = `${name}switch`;
  const routes: string[] = [];
  const machines: Machine[] = [];

  const addMachine = async (machineName: string, links: Link[]): Promise<Machine> => {
    const number = machines.length + 1;
    const addresses = Object.fromEntries(links.map((link) => [link, `${prefixOf[link]}.${number}`]));
    const machine: Machine = { name: machineName, namespace: name + machineName, addresses };
    machines.push(machine);
    await ip('netns', 'add', machine.namespace);
    await ipBatch(
      theSwitch,
      links.flatMap((link) => [
        `link add name ${portOf(machine, link)} type veth peer name ${link} netns ${machine.namespace}`,
        `link set ${portOf(machine, link)} master ${link} up`,
      ]),
    );
    await ipBatch(machine.namespace, [
      'link set lo up',
      ...links.flatMap((link) => [`addr add ${addresses[link]}/24 dev ${link}`, `link set ${link} up`]),
      ...(links.includes('web') ? routes : []),
    ]);
    return machine;
  };

  const portOf = (machine: Machine, link: Link): string => `m${machines.indexOf(machine) + 1}-${link}`;

  try {
    await ip('netns', 'add', theSwitch);
    await ipBatch(
      theSwitch,
      ['fleet', 'web'].flatMap((link) => [`link add ${link} type bridge`, `link set ${link} up`]),
    );
  } catch (error) {
    await removeAll(name);
    throw error;
  }

  const filesDir = await makeFilesDir(name);

  return {
    filesDir,
    addMachine,
    host: async (machine, network) => {
      await ip('-n', machine.namespace, 'route', 'add', 'local', network, 'dev', 'lo');
      const route = `route add ${network} via ${machine.addresses.web}`;
      routes.push(route);
      const others = machines.filter((each) => each !== machine && each.addresses.web !== undefined);
      for (const other of others) await ipBatch(other.namespace, [route]);
    },
    cut: (machine, links, how) =>
      ipBatch(
        theSwitch,
        links.map((link) => `link set ${portOf(machine, link)} ${how === 'silent' ? 'nomaster' : 'down'}`),
      ),
    mend: (machine, links) =>
      ipBatch(
        theSwitch,
        links.map((link) => `link set ${portOf(machine, link)} master ${link} up`),
      ),
    remove: async () => {
      await removeAll(name);
      await rm(filesDir, { recursive: true, force: true });
    },
  };
};

async function removeAll(name: string): Promise<void> {
  for (const namespace of await namespacesOf(name)) await removeNamespace(namespace);
  const left = await namespacesOf(name);
  if (left.length > 0) throw new Error(`network namespaces are left: ${left.join(', ')}`);
}
