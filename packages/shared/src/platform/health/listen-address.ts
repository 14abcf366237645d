import { isIPv6 } from 'node:net';
import { z } from 'zod';
import type { Kind } from '../../domain/setting.ts';

/** Where a process listens; port 0 = any that is free. */
export type ListenAddress = { host: string; port: number } | 'off';

const loopback = '127.0.0.1';

/** `9464`, `0.0.0.0:9464`, `[::1]:0` or `off`. A port alone is one of this machine only. */
export const listenAddress: Kind<ListenAddress> = {
  name: '[address:]port|off',
  expects: 'a port 0..65535 with or without an address before it, like 9464, 0.0.0.0:9464 or [::1]:9464, or off',
  schema: z.string().transform((given, context): ListenAddress => {
    const address = parseListenAddress(given.trim());
    if (address) return address;
    context.addIssue({ code: 'custom', message: 'no address' });
    return z.NEVER;
  }),
  show: (value) => (value === 'off' ? value : showListenAddress(value)),
};

/** With brackets around an IPv6 address, as in a URL. */
export const showListenAddress = ({ host, port }: { host: string; port: number }): string =>
  `${isIPv6(host) ? `[${host}]` : host}:${port}`;

function parseListenAddress(given: string): ListenAddress | undefined {
  if (given === 'off') return 'off';
  const match = /^(?:(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[\w.-]+)):)?(?<port>\d{1,5})$/.exec(given);
  const { v6, host = loopback, port } = match?.groups ?? {};
  if (port === undefined || Number(port) > 65_535) return undefined;
  if (v6 !== undefined && !isIPv6(v6)) return undefined;
  return { host: v6 ?? host, port: Number(port) };
}
