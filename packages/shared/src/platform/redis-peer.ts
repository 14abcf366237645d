import type { Redis } from './redis.ts';

export type RedisPeer = { address: string; port: number };

/** Answers at which address a connection reaches Redis, or did last; undefined: never, or not by the network. */
export const peerOf = (redis: Redis): (() => RedisPeer | undefined) => {
  let known: RedisPeer | undefined;
  const peer = (): RedisPeer | undefined => {
    const { remoteAddress: address, remotePort: port } = redis.stream as Partial<{
      remoteAddress: string;
      remotePort: number;
    }>;
    if (address !== undefined && port !== undefined) known = { address, port };
    return known;
  };
  // A connection that is lost before anybody asks was one all the same.
  peer();
  return peer;
};
