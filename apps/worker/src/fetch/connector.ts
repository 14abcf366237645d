import { isIP, type LookupFunction, type Socket } from 'node:net';
import { createSecureContext, getCACertificates } from 'node:tls';
import { buildConnector } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import { AddressRefused } from './address-refused.ts';

export type Connector = (...args: Parameters<buildConnector.connector>) => Socket | undefined;

export type ConnectorOptions = {
  lookup: LookupFunction;
  guard: AddressGuard;
  /** Certificate authorities besides those that Node trusts, PEM. */
  ca?: string;
  /** Host names, lower case, whose certificates are not looked at. */
  insecureHosts?: readonly string[];
};

/** Above every connect timeout that a run may set: the fetch gives up first, this only cleans up after it. */
const abandonedConnectMs = 45_000;

/** One for each port that is in use; a host that leads through thousands of them costs no more than this. */
const mostConnectors = 500;

/**
 * Opens connections, to addresses that the guard lets pass and to no others. A name is looked up once: the addresses that were
 * judged are those that the socket gets. No socket (undefined): the address stood in the URL, and was refused.
 */
export const createConnector = ({ lookup, guard, ca, insecureHosts = [] }: ConnectorOptions): Connector => {
  const secureContext =
    ca === undefined ? undefined : createSecureContext({ ca: [...getCACertificates('default'), ca] });
  const insecure = new Set(insecureHosts);
  const connectors = new Map<string, buildConnector.connector>();

  const connectorTo = (port: number, isInsecure: boolean): buildConnector.connector => {
    const key = isInsecure ? `${port} insecure` : `${port}`;
    const known = connectors.get(key);
    if (known !== undefined) return known;
    const made = buildConnector({
      lookup: guardedLookup(lookup, (address) => guard.refusalOf(address, port)),
      timeout: abandonedConnectMs,
      allowH2: false,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 500,
      maxCachedSessions: 1000,
      ...(secureContext !== undefined && { secureContext }),
      ...(isInsecure && { rejectUnauthorized: false }),
    } as buildConnector.BuildOptions);
    if (connectors.size >= mostConnectors) connectors.clear();
    connectors.set(key, made);
    return made;
  };

  return (target, callback) => {
    const { hostname, protocol } = target;
    const port = target.port === '' ? (defaultPorts[protocol] ?? 0) : Number(target.port);
    const refusal = isIP(hostname) === 0 ? undefined : guard.refusalOf(hostname, port);
    if (refusal !== undefined) {
      queueMicrotask(() => callback(new AddressRefused(refusal, hostname), null));
      return undefined;
    }
    // undici says nothing of the socket that its connector gives back.
    return connectorTo(port, insecure.has(hostname))(target, callback) as unknown as Socket;
  };
};

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 };

type Refusing = (address: string) => ReturnType<AddressGuard['refusalOf']>;

/** Passes on the addresses that may be connected to. Where there are none, the name ends with what forbids its first. */
const guardedLookup = (lookup: LookupFunction, refusalOf: Refusing): LookupFunction => {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const addresses = found as { address: string; family: number }[];
      const refusals = addresses.map(({ address }) => refusalOf(address));
      const allowed = addresses.filter((_, i) => refusals[i] === undefined);
      const [first] = allowed;
      if (first === undefined) callback(new AddressRefused(refusals[0] ?? 'private-address', hostname), '');
      else if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
};
