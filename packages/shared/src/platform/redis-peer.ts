import type { Redis } from './redis.ts';

/** `address`: that of a Sentinel may be a name. */
export type RedisPeer = { address: string; port: number };

/**
 * Answers at which addresses a connection reaches Redis, or did before, and where its Sentinels are; none: not by the network, or not yet.
 */
export const peersOf = (redis: Redis): (() => RedisPeer[]) => {
  const sentinels = (redis.options.sentinels ?? []).map(({ host = '', port = 0 }) => ({ address: host, port }));
  const known = new Map<string, RedisPeer>();
  const peers = (): RedisPeer[] => {
    const { remoteAddress: address, remotePort: port } = redis.stream as Partial<{
      remoteAddress: string;
      remotePort: number;
    }>;
    if (address !== undefined && port !== undefined) known.set(`${address} ${port}`, { address, port });
    return [...known.values(), ...sentinels];
  };
  // A connection that is lost before anybody asks was one all the same.
  peers();
  return peers;
};
