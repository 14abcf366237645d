import { isIP } from 'node:net';
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
  /** The fleet's own Redis: where it is and was, and its Sentinels, these perhaps by name. */
  redis?: () => { address: string; port: number }[];
  /** The addresses of this machine: its Redis answers on all of them, also on one that is public. */
  ownAddresses?: () => readonly string[];
};

/**
 * Keeps the worker out of networks that the web does not reach: it is asked for every connection, with the very address that
 * the socket is given.
 */
export const createAddressGuard = ({ allowed, redis, ownAddresses }: AddressGuardOptions): AddressGuard => {
  const opened = allowed.map(parseNetwork);
  const isOpened = (address: Address): boolean =>
    opened.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  const isRedis = (address: Address, port: number): boolean => {
    const own = (redis?.() ?? []).filter((peer) => peer.port === port);
    if (own.length === 0) return false;
    const isAddress = (text: string): boolean =>
      isIP(text) !== 0 && address.toString() === ipaddr.process(text).toString();
    return (
      !isGlobal(address) || own.some((peer) => isAddress(peer.address)) || (ownAddresses?.() ?? []).some(isAddress)
    );
  };

  return {
    refusalOf: (text, port) => {
      const address = parseAddress(text);
      if (address === undefined) return 'private-address';
      if (!isGlobal(address) && !isOpened(address)) return 'private-address';
      return badPorts.has(port) || isRedis(address, port) ? 'blocked-port' : undefined;
    },
  };
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Only what a socket takes for an address: ipaddr.js also reads `0x7f.1`. A zone (`%eth0`) does not change what it is. */
const parseAddress = (text: string): Address | undefined =>
  isIP(text) === 0 ? undefined : ipaddr.parse(withoutDots(text.replace(/%.*/, '')));

const parseNetwork = (network: string): [Address, number] => {
  const [address = '', bits] = network.split('/');
  return ipaddr.parseCIDR(`${withoutDots(address)}/${bits}`);
};

/** An IPv6 address with a dotted end, in groups: ipaddr.js 2 takes `::1.2.3.4`, as resolvers write it, for `::ffff:1.2.3.4`. */
const withoutDots = (address: string): string =>
  address.includes(':') && address.includes('.') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

/** IANA has given out no other unicast addresses of IPv6. */
const givenOut = ipaddr.IPv6.parseCIDR('2000::/3');

/** Of the whole internet, not of a machine, a site, a protocol or a book. Addresses that carry an IPv4 address inside are none. */
const isGlobal = (address: Address): boolean => {
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(givenOut));
};
