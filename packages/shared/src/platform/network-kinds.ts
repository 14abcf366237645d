import { isIP } from 'node:net';
import { z } from 'zod';
import type { Kind } from '../domain/setting.ts';
import { list } from '../domain/setting-kinds.ts';

/** Networks in CIDR notation: `127.0.0.0/8`, `fd00::/8`. */
export const networks: Kind<string[]> = {
  ...list,
  name: 'networks',
  expects: 'networks like 10.0.0.0/8,fd00::/8 (one address: 10.0.0.5/32)',
  schema: listOf(z.union([z.cidrv4(), z.cidrv6()])),
};

/** `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:5353`. */
export const nameServers: Kind<string[]> = {
  ...list,
  name: 'addresses',
  expects: 'addresses like 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:5353',
  schema: listOf(z.string().refine(isNameServer)),
};

/** As they stand in URLs, without port; an IPv6 address without its brackets. */
export const hostNames: Kind<string[]> = {
  ...list,
  name: 'hosts',
  expects: 'host names without scheme, port and wildcard',
  schema: listOf(z.string().transform(asInUrls).pipe(z.string().min(1))),
};

function listOf(item: z.ZodType<string, string>): z.ZodType<string[], unknown> {
  return list.schema.pipe(z.array(item));
}

function isNameServer(text: string): boolean {
  const [, bracketed, plain, port = '53'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isAddress = isIP(text) !== 0 || isIP(bracketed ?? '') === 6 || isIP(plain ?? '') === 4;
  return isAddress && Number(port) >= 1 && Number(port) <= 65_535;
}

/** Empty where it is no host, or more than one. */
function asInUrls(text: string): string {
  const host = isIP(text) === 6 ? `[${text}]` : text;
  if (/[/?#@\\*]|:(?!.*\]$)/.test(host)) return '';
  return URL.parse(`http://${host}/`)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
}
