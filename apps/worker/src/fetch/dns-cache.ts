import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { Address, DnsAnswer } from './dns-answer.ts';
import { createHostsFile } from './hosts-file.ts';
import { queryAddresses } from './query-addresses.ts';

export type DnsOptions = {
  /** Milliseconds of any clock that does not jump. */
  now: () => number;
  /** `ip` or `ip:port`; absent: those of the system (resolv.conf). */
  servers?: string[];
  hostsFile?: string;
  mostNames?: number;
  /** Of one query; it is sent up to `tries` times. */
  queryTimeoutMs?: number;
  tries?: number;
};

export type DnsCache = {
  /** For `net.connect`. Fails with the resolver's code: ENOTFOUND, ESERVFAIL, ETIMEOUT ... */
  lookup: LookupFunction;
  /** Ends queries under way. */
  close: () => void;
};

const ttlLimits = { leastMs: 1000, mostMs: 600_000 };
/** A name that does not exist is believed for longer than a resolver that has a bad moment. */
const noSuchNameMs = 30_000;
const failureMs = 1000;

type LookupOptions = Parameters<LookupFunction>[1];
type LookupCallback = Parameters<LookupFunction>[2];
type Entry = { answer: Promise<DnsAnswer>; until: number };

/**
 * Name resolution of a worker: asynchronous queries (never the four threads of getaddrinfo), each name asked once however many
 * wait for it, kept for its TTL within 1 s .. 10 min, least recently used names forgotten first. Search domains are not applied.
 */
export const createDnsCache = (options: DnsOptions): DnsCache => {
  const { now, servers, hostsFile = '/etc/hosts', mostNames = 10_000, queryTimeoutMs = 2000, tries = 3 } = options;
  const resolver = new Resolver({ timeout: queryTimeoutMs, tries });
  if (servers !== undefined) resolver.setServers(servers);
  const inHostsFile = createHostsFile(hostsFile, now);
  const entries = new Map<string, Entry>();

  const remember = (name: string, entry: Entry): void => {
    entries.delete(name);
    entries.set(name, entry);
    if (entries.size > mostNames) entries.delete(entries.keys().next().value as string);
  };

  const ask = async (name: string, entry: Entry): Promise<DnsAnswer> => {
    const answer = await queryAddresses(resolver, name);
    entry.until = now() + keepMs(answer);
    return answer;
  };

  const resolve = (name: string): DnsAnswer | Promise<DnsAnswer> => {
    const known = addressesWithoutQuery(name, inHostsFile);
    if (known !== undefined) return known;
    const found = entries.get(name);
    if (found !== undefined && now() < found.until) {
      remember(name, found);
      return found.answer;
    }
    // Until the answer comes, whoever asks shares the query.
    const entry = { until: Number.POSITIVE_INFINITY } as Entry;
    entry.answer = ask(name, entry);
    remember(name, entry);
    return entry.answer;
  };

  const answerTo = async (hostname: string, options: LookupOptions, callback: LookupCallback): Promise<void> => {
    const answer = await resolve(hostname.toLowerCase().replace(/\.$/, ''));
    const addresses = answer.kind === 'addresses' ? answer.addresses.filter(isOfFamily(options.family)) : [];
    const [first] = addresses;
    if (first === undefined) callback(lookupError(answer.kind === 'error' ? answer.code : 'ENOTFOUND', hostname), '');
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  };

  const lookup: LookupFunction = (hostname, options, callback) => void answerTo(hostname, options, callback);

  return { lookup, close: () => resolver.cancel() };
};

const keepMs = (answer: DnsAnswer): number => {
  if (answer.kind === 'addresses') return Math.min(Math.max(answer.ttlMs, ttlLimits.leastMs), ttlLimits.mostMs);
  return answer.code === 'ENOTFOUND' ? noSuchNameMs : failureMs;
};

const loopback: Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** IP literals, the names that RFC 6761 reserves, and the hosts file. */
const addressesWithoutQuery = (
  name: string,
  inHostsFile: (name: string) => Address[] | undefined,
): DnsAnswer | undefined => {
  const family = isIP(name);
  if (family === 4 || family === 6) return fixed([{ address: name, family }]);
  if (name === 'localhost' || name.endsWith('.localhost')) return fixed(loopback);
  if (name === 'invalid' || name.endsWith('.invalid')) return { kind: 'error', code: 'ENOTFOUND' };
  const listed = inHostsFile(name);
  return listed && fixed(listed);
};

const fixed = (addresses: Address[]): DnsAnswer => ({ kind: 'addresses', addresses, ttlMs: ttlLimits.mostMs });

const isOfFamily = (wanted: number | string | undefined) => {
  const family = wanted === 'IPv4' ? 4 : wanted === 'IPv6' ? 6 : wanted;
  return (address: Address): boolean => (family !== 4 && family !== 6) || address.family === family;
};

const lookupError = (code: string, hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`lookup ${code} ${hostname}`), { code, hostname, syscall: 'lookup' });
