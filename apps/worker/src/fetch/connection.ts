import { isIP, type Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, errors } from 'undici';
import { ConnectError } from './connect-error.ts';
import type { Connector } from './connector.ts';
import { Wire } from './wire.ts';

/** What a new connection took. */
export type NewConnection = { dnsMs: number; connectMs: number };

/** A request that may need a new connection. */
export type Asker = Dispatcher.DispatchHandler & {
  /** The request has to wait for this socket; destroying it with an error ends the wait. */
  onConnecting: (socket: Socket) => void;
  /** The connection stands. The request is written when the answer comes, at once where there is none; false: it will not be. */
  onConnected: () => Promise<boolean> | undefined;
};

export type ConnectionEvents = {
  /** It can take another request. */
  onIdle: (connection: Connection) => void;
  onClosed: (connection: Connection) => void;
  /** The host sent bytes that are no answer, or belong to none. */
  onSurplus: (origin: string) => void;
};

export type ConnectionTools = ConnectionEvents & {
  connectTo: Connector;
  now: () => number;
  /** A connection that no request used for this long is closed. */
  idleMs: number;
};

const clientOptions = {
  pipelining: 1,
  allowH2: false,
  // The wire measures heads exactly, by the limit of each run; this is only above all of them.
  maxHeaderSize: 2 * 1024 ** 2,
  // Each fetch keeps its own time limits.
  headersTimeout: 0,
  bodyTimeout: 0,
};

/** Nobody reads it: one for all, since Node writes down the stack of each that ends a socket. */
const closing = new errors.ClientDestroyedError();

/**
 * One connection to one origin, with a client of undici's on top that never has more than one request. A connection that is
 * lost before the request was sent is replaced by that client itself.
 */
export class Connection {
  readonly origin: string;
  readonly wire = new Wire();
  isIdle = false;
  readonly #tools: ConnectionTools;
  readonly #client: Client;
  #socket: Socket | undefined;
  #asker: Asker | undefined;
  #made: NewConnection | undefined;
  #isLast = false;
  #isHeld = false;
  #isRetired = false;

  constructor(origin: string, tools: ConnectionTools) {
    this.origin = origin;
    this.#tools = tools;
    this.#client = new Client(origin, {
      ...clientOptions,
      keepAliveTimeout: tools.idleMs,
      keepAliveMaxTimeout: tools.idleMs,
      connect: (...args) => this.#connect(...args),
    });
    this.#client.on('drain', () => {
      if (!this.isOpen) void this.retire();
    });
    this.#client.on('disconnect', (_origin, _targets, error) => {
      if (isSurplus(error)) tools.onSurplus(origin);
      if (this.isIdle) void this.retire();
    });
  }

  /** @param isLast the connection is closed behind the answer */
  send(request: Dispatcher.DispatchOptions, asker: Asker, isLast: boolean): void {
    this.isIdle = false;
    this.#isLast = isLast;
    this.#asker = asker;
    this.#client.dispatch(isLast ? { ...request, reset: true } : request, asker);
  }

  /** The answer is whole: whoever asks now is the next. undici waits a turn of the event loop, and looks what else has come. */
  release(): void {
    this.wire.end();
    if (this.#isLast || this.#isRetired) return;
    this.isIdle = true;
    this.#tools.onIdle(this);
  }

  /** It was taken, and nothing was sent on it. */
  handBack(): void {
    if (this.isOpen) this.release();
    else void this.retire();
  }

  /** Its end is to be a reset: see resetOnDestroy. */
  resetWhenDestroyed(): void {
    if (this.#socket) resetOnDestroy(this.#socket);
  }

  /** As far as is known. */
  get isOpen(): boolean {
    return this.#socket?.destroyed === false;
  }

  /** Asked in `onRequestStart`: what the connection took, if it was made for this request; undefined when it is reused. */
  takeNew(): NewConnection | undefined {
    const taken = this.#made;
    this.#made = undefined;
    return taken;
  }

  /** Ends it, and what it is doing. Resolves when the socket is closed. */
  async retire(): Promise<void> {
    if (this.#isRetired) return;
    this.#isRetired = true;
    // undici forgets a socket that is not connected yet, or was not given to it.
    if (this.#socket?.connecting || this.#isHeld) this.#socket?.destroy(closing);
    this.#tools.onClosed(this);
    await this.#client.destroy(closing);
  }

  #connect(target: buildConnector.Options, callback: buildConnector.Callback): void {
    const startedAtMs = this.#tools.now();
    let stage: ConnectError['stage'] = isIP(target.hostname) ? 'connect' : 'dns';
    let dnsMs = 0;
    const socket = this.#tools.connectTo(target, (error, connected) => {
      if (error !== null) return callback(new ConnectError(stage, error), null);
      this.#made = { dnsMs, connectMs: this.#tools.now() - startedAtMs - dnsMs };
      this.wire.watch(connected);
      void this.#hold(connected, callback);
    });
    if (socket === undefined) return;
    this.#socket = socket;
    socket.once('lookup', (error: Error | null) => {
      dnsMs = this.#tools.now() - startedAtMs;
      if (!error) stage = 'connect';
    });
    if (target.protocol === 'https:') {
      socket.once('connect', () => {
        stage = 'tls';
      });
    }
    this.#asker?.onConnecting(socket);
  }

  async #hold(connected: Socket, callback: buildConnector.Callback): Promise<void> {
    const isDue = this.#asker?.onConnected();
    if (isDue === undefined) return callback(null, connected);
    this.#isHeld = true;
    const isWanted = await isDue;
    this.#isHeld = false;
    if (isWanted) return callback(null, connected);
    connected.destroy();
    callback(closing, null);
  }
}

/** undici's words for bytes that come while nothing was asked, or behind the end of an answer. */
const isSurplus = (error: Error): boolean =>
  error.message === 'bad response' || error instanceof errors.HTTPParserError;

/**
 * A system goes on sending what it has of a connection that was closed in order: when the way is free again, a host gets a request
 * that was given up long ago. After a reset it does not. The error still reaches whoever listens. Node cannot reset a TLS socket.
 */
const resetOnDestroy = (socket: Socket): void => {
  if (socket.destroyed || socket.connecting || 'encrypted' in socket) return;
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    socket.destroy = () => destroy(error); // the reset calls it, without the error
    return socket.resetAndDestroy();
  };
};
