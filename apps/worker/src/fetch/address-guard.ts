import type { AddressRefusal } from '@trawl/shared/domain/fetch-outcome.ts';
import ipaddr from 'ipaddr.js';
import { badPorts } from './bad-ports.ts';

export type AddressGuard = {
  /** Undefined: the address may be connected to. @param address as the socket would be given it, without brackets */
  refusalOf: (address: string, port: number) => AddressRefusal | undefined;
};

export type AddressGuardOptions = {
  /** Networks that are opened, `127.0.0.0/8` or `fd00::/8`: exactly these. */
  allowed: readonly string[];
  /** The fleet's own Redis, where it is now; undefined: it is not reached, or not by the network. */
  redis?: () => { address: string; port: number } | undefined;
};

/**
 * Keeps the worker out of networks that the web does not reach: it is asked for every connection, with the very address that
 * the socket is given.
 */
export const createAddressGuard = ({ allowed, redis }: AddressGuardOptions): AddressGuard => {
  const opened = allowed.map((network) => ipaddr.parseCIDR(network));
  const isOpened = (address: Address): boolean =>
    opened.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  /** The Redis of this machine answers on other addresses of this machine as well. */
  const isRedis = (address: Address, port: number): boolean => {
    const own = redis?.();
    if (own?.port !== port) return false;
    return !isGlobal(address) || address.toString() === ipaddr.process(own.address).toString();
  };

  return {
    refusalOf: (text, port) => {
      if (!ipaddr.isValid(text)) return 'private-address';
      const address = ipaddr.parse(text);
      if (!isGlobal(address) && !isOpened(address)) return 'private-address';
      return badPorts.has(port) || isRedis(address, port) ? 'blocked-port' : undefined;
    },
  };
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** IANA has given out no other unicast addresses of IPv6. */
const givenOut = ipaddr.IPv6.parseCIDR('2000::/3');

/** Of the whole internet, not of a machine, a site, a protocol or a book. Addresses that carry an IPv4 address inside are none. */
const isGlobal = (address: Address): boolean => {
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(givenOut));
};
