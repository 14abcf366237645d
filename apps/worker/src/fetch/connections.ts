import { isIP, type LookupFunction, type Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { ConnectError } from './connect-error.ts';

/** What a new connection took. */
export type NewConnection = { dnsMs: number; connectMs: number };

/** A request that may need a new connection. */
export type Asker = Dispatcher.DispatchHandler & {
  /** The request has to wait for this socket; destroying it with an error ends the wait. */
  onConnecting: (socket: Socket) => void;
};

export type Connections = {
  /** @param pool `kept`: a connection that is kept alive; `fresh`: a new one for this request only */
  dispatch: (pool: 'kept' | 'fresh', request: Agent.DispatchOptions, asker: Asker) => void;
  /** Asked in `onRequestStart`: the connection, if it was made for this request; undefined when it is reused. */
  takeNew: () => NewConnection | undefined;
  close: () => Promise<void>;
};

export type ConnectionOptions = {
  /** Most connections to one origin. */
  concurrency: number;
  lookup: LookupFunction;
  now: () => number;
  /** Certificate authorities besides the system's, PEM. */
  ca?: string;
};

/** Above every connect timeout that a run may set: the fetch gives up first, this only cleans up after it. */
const abandonedConnectMs = 45_000;

/** Nobody reads it. */
const closing = new Error('closing');

const agentOptions = {
  keepAliveTimeout: 10_000,
  allowH2: false,
  maxHeaderSize: 32 * 1024,
  // Each fetch keeps its own time limits.
  headersTimeout: 0,
  bodyTimeout: 0,
};

/**
 * The connections of one worker. undici calls back into connector and handler synchronously, so that two variables suffice to
 * tell which request a new socket is for, and which request got it.
 */
export const createConnections = (options: ConnectionOptions): Connections => {
  /** undici forgets sockets that are not connected yet when it is destroyed. */
  const connecting = new Set<Socket>();
  let asking: Asker | undefined;
  let made: NewConnection | undefined;

  const connectTo = buildConnector({
    lookup: options.lookup,
    timeout: abandonedConnectMs,
    allowH2: false,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 500,
    maxCachedSessions: 1000,
    ...(options.ca !== undefined && { ca: options.ca }),
  } as buildConnector.BuildOptions) as (...args: Parameters<buildConnector.connector>) => Socket;

  const connect: buildConnector.connector = (target, callback) => {
    const startedAtMs = options.now();
    let stage: ConnectError['stage'] = isIP(target.hostname) ? 'connect' : 'dns';
    let dnsMs = 0;
    const socket = connectTo(target, (error, connected) => {
      connecting.delete(socket);
      if (error !== null) return callback(new ConnectError(stage, error), null);
      made = { dnsMs, connectMs: options.now() - startedAtMs - dnsMs };
      callback(null, connected);
      made = undefined;
    });
    socket.once('lookup', (error: Error | null) => {
      dnsMs = options.now() - startedAtMs;
      if (!error) stage = 'connect';
    });
    if (target.protocol === 'https:') {
      socket.once('connect', () => {
        stage = 'tls';
      });
    }
    connecting.add(socket);
    asking?.onConnecting(socket);
  };

  const kept = new Agent({ ...agentOptions, connections: options.concurrency, pipelining: 1, connect });
  const fresh = new Agent({ ...agentOptions, connections: options.concurrency, pipelining: 0, connect });

  return {
    dispatch: (pool, request, asker) => {
      asking = asker;
      try {
        (pool === 'kept' ? kept : fresh).dispatch(request, asker);
      } finally {
        asking = undefined;
      }
    },
    takeNew: () => {
      const taken = made;
      made = undefined;
      return taken;
    },
    close: async () => {
      for (const socket of connecting) socket.destroy(closing);
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
};
