import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpServer } from '@trawl/shared/platform/create-http-server.ts';
import { answerRequest } from './answer-request.ts';
import { type ArrivalLog, createArrivalLog } from './arrival-log.ts';
import { refuseStrangers } from './loopback-only.ts';
import { watchForLeaving } from './note-end.ts';
import { createWebMemory } from './web-memory.ts';

export type PretendWeb = {
  port: number;
  /** `url('/ok')` is on 127.0.0.1; any other 127.x.y.z reaches the same web as a host of its own. */
  url: (path: string, host?: string) => string;
  arrivals: ArrivalLog;
  /** `robots.set('127.0.0.2', '/status/500')`: the robots.txt of that host is what this path answers; otherwise there is none. */
  robots: Map<string, string>;
  /** Answers what `/held` was asked for so far, and from now on answers it at once, until it is told to `hold` again. */
  letGo: () => void;
  hold: () => void;
  /** Cuts all connections; resolves when the port is free. */
  close: () => Promise<void>;
};

export type PretendWebOptions = {
  /** 0 (default): a free one. */
  port?: number;
  /** Default true. False for raw throughput: nothing is noted. */
  recordArrivals?: boolean;
  /** Most requests the log keeps; default 1,000,000, some hundred MB. */
  arrivalLimit?: number;
  /** Callers that are served besides loopback, as `10.1.0.0/16`: for machines of a network that is ours alone. */
  alsoServe?: readonly string[];
  /** The longest that this process has stood still: `/_summary` tells it, since arrivals were stamped late by as much. */
  standstillMs?: () => number;
  /** Told of every request before it is answered: its path, and the port that its client has. */
  onRequest?: (path: string, clientPort: number) => void;
  /** Ms, monotonic; for tests. */
  nowMs?: () => number;
};

/** Many hosts in one server: they differ by the Host header alone. Only loopback is served, unless told otherwise. */
export const startPretendWeb = async (options: PretendWebOptions = {}): Promise<PretendWeb> => {
  const { port = 0, recordArrivals = true, arrivalLimit = 1_000_000, nowMs = () => performance.now() } = options;
  const arrivals = createArrivalLog({ nowMs, recording: recordArrivals, limit: arrivalLimit });
  const robots = new Map<string, string>();
  const state = { arrivals, robots, memory: createWebMemory(), nowMs, standstillMs: options.standstillMs ?? (() => 0) };
  const { onRequest } = options;
  const server = createHttpServer((request, response) => {
    onRequest?.(request.url ?? '/', request.socket.remotePort ?? 0);
    answerRequest(request, response, state);
  });
  letConnectionsLive(server);
  server.on('connection', refuseStrangers(options.alsoServe ?? []));
  server.on('connection', watchForLeaving);
  server.listen({ port, host: '0.0.0.0', backlog: 4096 });
  await once(server, 'listening');
  const { port: listening } = server.address() as AddressInfo;
  return {
    port: listening,
    url: (path, host = '127.0.0.1') => `http://${host}:${listening}${path}`,
    arrivals,
    robots,
    letGo: state.memory.letGo,
    hold: state.memory.hold,
    close: () => closeServer(server),
  };
};

/** A connection that the server ends by itself looks to a client like a fault; no route asks for that here. */
function letConnectionsLive(server: Server): void {
  server.keepAliveTimeout = 10 * 60_000;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
