import type { LookupFunction } from 'node:net';
import type { Side } from './hostile-case.ts';

const sides: Side[] = ['a', 'b', 'c'];

/** `c12-a.hostile.test` is the first name of case 12, and 127.11.0.12 its address. */
export const hostnameOf = (index: number, side: Side): string => `c${index}-${side}.hostile.test`;

export const addressOf = (index: number, side: Side): string =>
  `127.${11 + sides.indexOf(side)}.${index >> 8}.${index & 255}`;

export const whoIs = (address: string): { index: number; side: Side } | undefined => {
  const [net, first, high, low] = address.split('.').map(Number);
  const side = sides[(first ?? 0) - 11];
  return net !== 127 || side === undefined ? undefined : { index: ((high ?? 0) << 8) | (low ?? 0), side };
};

/** Knows the names of the hostile web, without a question. */
export const hostileLookup: LookupFunction = (hostname, options, callback) => {
  const [, index, side] = /^c(\d+)-([abc])\.hostile\.test$/.exec(hostname) ?? [];
  const address = index === undefined ? undefined : addressOf(Number(index), side as Side);
  queueMicrotask(() => {
    if (address === undefined) callback(Object.assign(new Error(hostname), { code: 'ENOTFOUND' }), '');
    else if (options.all) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  });
};
