import { BlockList, isIPv4, type Socket } from 'node:net';

/** 127.0.0.0/8, ::1, and 127/8 as a dual-stack socket spells it. */
export const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(?:(?:::ffff:)?127\.\d+\.\d+\.\d+|::1)$/i.test(address);

/**
 * The pretend web must listen on every address to be reachable as 127.1.2.3, which would offer it to the network too:
 * whoever comes from outside is cut off before a byte is read, unless from one of the networks, as `10.1.0.0/16`.
 */
export const refuseStrangers = (networks: readonly string[]): ((socket: Socket) => void) => {
  const guests = new BlockList();
  for (const network of networks) guests.addSubnet(...subnetOf(network), 'ipv4');
  return (socket) => {
    const { remoteAddress } = socket;
    if (isLoopback(remoteAddress)) return;
    if (remoteAddress === undefined || !guests.check(remoteAddress, 'ipv4')) socket.destroy();
  };
};

function subnetOf(network: string): [address: string, bits: number] {
  const [address = '', bits = ''] = network.split('/');
  if (!isIPv4(address) || !/^\d\d?$/.test(bits) || Number(bits) > 32)
    throw new Error(`expected a network as 10.1.0.0/16, got "${network}"`);
  return [address, Number(bits)];
}
