import type { Fault } from '../attacked.ts';
import { diskFaults } from './disk-faults.ts';
import { dutyFaults } from './duty-faults.ts';
import { failoverFaults } from './failover-faults.ts';
import { handFaults } from './hand-faults.ts';
import { machineFaults } from './machine-faults.ts';
import { networkFaults } from './network-faults.ts';
import { pointFaults } from './point-faults.ts';
import { processFaults } from './process-faults.ts';
import { redisFaults, refusals } from './redis-faults.ts';

export const faultGroups: Record<string, Record<string, Fault>> = {
  process: processFaults,
  redis: redisFaults,
  refusal: refusals,
  network: networkFaults,
  point: pointFaults,
  hand: handFaults,
  machine: machineFaults,
  disk: diskFaults,
  failover: failoverFaults,
  duty: dutyFaults,
};

export const allFaults: Record<string, Fault> = Object.assign({}, ...Object.values(faultGroups));

/** Names of groups and of single faults, comma between them; empty: all, `none`: none. Throws with what there is. */
export const faultsNamed = (names: string): Record<string, Fault> => {
  if (names === '') return allFaults;
  if (names === 'none') return {};
  const chosen = names.split(',').map((name): Record<string, Fault> => {
    const single = allFaults[name];
    const group = faultGroups[name];
    if (group) return group;
    if (single) return { [name]: single };
    throw new Error(
      `no fault "${name}"; there are ${[...Object.keys(faultGroups), ...Object.keys(allFaults)].join(', ')}`,
    );
  });
  return Object.assign({}, ...chosen);
};
