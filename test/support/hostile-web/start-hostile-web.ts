import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from './certificate-names.ts';
import { type HostileCase, type HostRequest, hostilePath, type Side } from './hostile-case.ts';
import { addressOf, hostnameOf, whoIs } from './hostile-names.ts';
import { readRequests } from './read-requests.ts';

/** What one host has seen. */
export type Seen = { requests: HostRequest[]; connections: number; bytes: number };

export type HostileWeb = {
  port: number;
  /** The URL of a case's fetch, from 0. */
  urlOf: (hostileCase: HostileCase, step: number) => string;
  seen: (hostileCase: HostileCase) => Seen;
  openSockets: () => number;
  close: () => Promise<void>;
};

const pemOf = (name: string): string => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');

/** What clients of the hostile web are to trust. */
export const hostileAuthority = pemOf('authority');

/** Hosts that do everything wrong: one port, and for each case addresses of its own on the loopback. */
export const startHostileWeb = async (cases: readonly HostileCase[]): Promise<HostileWeb> => {
  const sockets = new Set<Socket>();
  const seen = cases.map((): Seen => ({ requests: [], connections: 0, bytes: 0 }));
  const contexts = new Map<string, ReturnType<typeof createSecureContext>>();
  const secretKey = pemOf('key');

  const contextOf = (certificate: Certificate) => {
    const known = contexts.get(certificate);
    if (known) return known;
    const pem = pemOf(certificate);
    const key = pem.includes('PRIVATE KEY') ? pem : secretKey;
    const context = createSecureContext({ cert: pem, key, ciphers: 'DEFAULT@SECLEVEL=0' });
    contexts.set(certificate, context);
    return context;
  };

  const track = (socket: Socket, book: Seen): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      book.bytes += socket.bytesWritten - socket.writableLength;
    });
  };

  const server = createServer({ noDelay: true }, (raw) => {
    const who = whoIs(raw.localAddress ?? '');
    const hostileCase = who && cases[who.index];
    const book = who && seen[who.index];
    if (who === undefined || hostileCase === undefined || book === undefined) return raw.destroy();
    const connection = ++book.connections;
    track(raw, book);
    const { host, tls } = hostileCase;
    if (typeof host !== 'function') return host.connection(raw);
    const socket = tls ? new TLSSocket(raw, { isServer: true, secureContext: contextOf(tls) }) : raw;
    socket.on('error', () => undefined);
    const url = (path: string, side: Side = who.side) => `${originOf(hostileCase, who.index, side)}${path}`;
    readRequests(socket, (request) => {
      const known = { ...request, number: book.requests.length + 1, connection, side: who.side, socket, url };
      book.requests.push(known);
      host(known);
    });
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const originOf = ({ tls }: HostileCase, index: number, side: Side): string =>
    `${tls ? 'https' : 'http'}://${hostnameOf(index, side)}:${port}`;

  return {
    port,
    urlOf: (hostileCase, step) => `${originOf(hostileCase, cases.indexOf(hostileCase), 'a')}${hostilePath(step)}`,
    seen: (hostileCase) => seen[cases.indexOf(hostileCase)] as Seen,
    openSockets: () => {
      // Who does not read does not see that the other side has gone.
      for (const socket of sockets) socket.resume();
      return sockets.size;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** For a name server: what the names of all cases lead to. */
export const hostileNames = (cases: readonly HostileCase[]): Record<string, { a: string[] }> =>
  Object.fromEntries(
    cases.flatMap((_, index) =>
      (['a', 'b', 'c'] as const).map((side) => [hostnameOf(index, side), { a: [addressOf(index, side)] }] as const),
    ),
  );
