import type { Socket } from 'node:net';

/** 127.0.0.0/8, ::1, and 127/8 as a dual-stack socket spells it. */
export const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(?:(?:::ffff:)?127\.\d+\.\d+\.\d+|::1)$/i.test(address);

/**
 * The pretend web must listen on every address to be reachable as 127.1.2.3, which would offer it to the network too:
 * whoever comes from outside is cut off before a byte is read.
 */
export const refuseStrangers = (socket: Socket): void => {
  if (!isLoopback(socket.remoteAddress)) socket.destroy();
};
