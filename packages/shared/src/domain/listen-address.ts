import { z } from 'zod';
import type { Kind } from './setting.ts';

/** Where a process answers. Port 0: a free one. */
export type ListenAddress = { host: string; port: number };

/** `127.0.0.1:3000`, `[::1]:3000`, `0.0.0.0:3000`. The address is always said: to be reached from elsewhere is a decision. */
export const listenAddress: Kind<ListenAddress> = {
  name: 'address:port',
  expects: 'ADDRESS:PORT like 127.0.0.1:3000, 0.0.0.0:3000 or [::1]:3000',
  schema: z.preprocess(
    (given) => (typeof given === 'string' ? parseAddress(given.trim()) : given),
    z.object({ host: z.string(), port: z.number().int().min(0).max(65_535) }),
  ),
  show: (value) => showAddress(value),
};

export const showAddress = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** Only processes of this machine get there. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  return { host: (match[1] ?? match[2] ?? '').toLowerCase(), port: Number(match[3]) };
}
