import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createNetwork } from './network.ts';

/** A network, and the processes that a world starts in it: `stop` ends what `beforehand` named, the processes and the network. */
export const createNetworkOfChildren = async () => {
  const network = await createNetwork();
  const children = new Set<ChildProcess>();
  const endings: (() => Promise<void>)[] = [];
  return {
    network,
    owned: (child: ChildProcess): ChildProcess => {
      children.add(child);
      child.once('exit', () => children.delete(child));
      return child;
    },
    beforehand: (end: () => Promise<void>): void => void endings.push(end),
    stop: async (): Promise<void> => {
      for (const end of endings) await end();
      const ends = [...children].map((child) => once(child, 'exit'));
      await network.remove();
      await Promise.all(ends);
    },
  };
};
