import { z } from 'zod';
import { type ListenAddress, listenAddress, showAddress } from '../../domain/listen-address.ts';
import type { Kind } from '../../domain/setting.ts';

/** Where a process answers for its health; port 0: a free one. */
export type HealthAddress = ListenAddress | 'off';

/** `9464`, `0.0.0.0:9464`, `[::1]:0` or `off`. A port alone is for this machine only. */
export const healthAddress: Kind<HealthAddress> = {
  name: '[address:]port|off',
  expects: 'a port 0..65535 with or without an address before it, like 9464, 0.0.0.0:9464 or [::1]:9464, or off',
  schema: z.union([
    z.literal('off'),
    z.preprocess((given) => (isBarePort(given) ? `127.0.0.1:${given.trim()}` : given), listenAddress.schema),
  ]),
  show: (value) => (value === 'off' ? value : showAddress(value)),
};

const isBarePort = (given: unknown): given is string => typeof given === 'string' && /^\s*\d+\s*$/.test(given);
