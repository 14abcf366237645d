import type { Socket } from 'node:net';
import type { FetchedBody, ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import type { Dispatcher } from 'undici';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import type { Asker, Connections, NewConnection } from './connections.ts';
import type { Deadline } from './deadline.ts';
import type { FetchPolicy } from './fetch-policy.ts';
import { type OutgoingRequest, splitUrl } from './outgoing-request.ts';
import { isRedirect } from './redirect.ts';
import { firstLocation, joinedHeaders } from './response-headers.ts';

/** How one request and its response ended. `broken` is our own failure (a full disk). */
export type ExchangeEnd =
  | { kind: 'answered'; body: FetchedBody }
  | { kind: 'redirected'; location: string }
  | { kind: 'cut'; why: BodyCut['why'] }
  | { kind: 'failed'; error: unknown }
  | { kind: 'called-off' }
  | { kind: 'broken'; error: unknown };

export type ExchangeTools = {
  connections: Connections;
  policy: FetchPolicy;
  deadline: Deadline;
  now: () => number;
  createBody: (headers: ResponseHeaders, events: ReceiverEvents) => BodyReceiver;
};

/** A redirect's body is read up to here, so that its connection can be used again. */
const drainedBytes = 16 * 1024;

/** Nobody reads it: it only makes undici drop what was called off. */
const dropped = new Error('dropped');

/** One request and its response, as undici's handler. Ends once, by whatever comes first. */
export class Exchange implements Asker {
  status = 0;
  headers: ResponseHeaders = {};
  wireBytes = 0;
  startedAtMs = 0;
  /** 0 until the head of the response came. */
  headAtMs = 0;
  connection: NewConnection | undefined;
  /** Was sent on a kept connection, and nothing came back. */
  isUnanswered = false;

  readonly #tools: ExchangeTools;
  #location: string | undefined;
  #body: BodyReceiver | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #socket: Socket | undefined;
  #settle: ((end: ExchangeEnd) => void) | undefined;
  #isHead = false;

  constructor(tools: ExchangeTools) {
    this.#tools = tools;
  }

  get bodyBytes(): number {
    return this.#body?.bodyBytes ?? 0;
  }

  run(request: OutgoingRequest, pool: 'kept' | 'fresh'): Promise<ExchangeEnd> {
    const { method, headers, body } = request;
    const { origin, path } = splitUrl(request.url);
    this.#isHead = method === 'HEAD';
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.startedAtMs = this.#tools.now();
      this.#tools.deadline.enter('connect', this.startedAtMs);
      this.#tools.connections.dispatch(pool, { origin, path, method, headers, body }, this);
    });
  }

  /** Ends it without an answer; a connection in use is closed. */
  callOff(): void {
    this.#drop({ kind: 'called-off' });
  }

  onConnecting(socket: Socket): void {
    this.#socket = socket;
    if (this.#settle === undefined) socket.destroy(dropped);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settle === undefined) return controller.abort(dropped);
    this.#controller = controller;
    this.#socket = undefined;
    this.connection = this.#tools.connections.takeNew();
    this.isUnanswered = this.connection === undefined;
    this.startedAtMs = this.#tools.now();
    this.#tools.deadline.enter('headers', this.startedAtMs);
  }

  onResponseStarted(): void {
    this.isUnanswered = false;
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 || this.#settle === undefined) return;
    this.status = status;
    this.headAtMs = this.#tools.now();
    this.#tools.deadline.enter('body', this.headAtMs);
    this.#location = isRedirect(status) ? firstLocation(headers) : undefined;
    this.headers = joinedHeaders(headers);
    if (this.#location !== undefined) return;
    this.#receive(() => {
      if (Number(this.headers['content-length']) > this.#tools.policy.maxWireBytes && !this.#isBodiless()) {
        throw new BodyCut('too-large');
      }
      this.#body = this.#tools.createBody(this.headers, this.#receiverEvents());
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settle === undefined) return;
    this.wireBytes += chunk.length;
    if (this.#location !== undefined) {
      if (this.wireBytes > drainedBytes) this.#drop({ kind: 'redirected', location: this.#location });
      return;
    }
    this.#receive(() => {
      if (this.wireBytes > this.#tools.policy.maxWireBytes) throw new BodyCut('too-large');
      const isReady = this.#body?.write(chunk) ?? true;
      if (!isReady) controller.pause();
      // While we hold the host back, only the total limit runs.
      this.#tools.deadline.enter(isReady ? 'body' : 'total', this.#tools.now());
    });
  }

  onResponseEnd(): void {
    if (this.#location !== undefined) return this.#end({ kind: 'redirected', location: this.#location });
    this.#receive(() => {
      const body = this.#body?.finish();
      if (!(body instanceof Promise)) return body && this.#end({ kind: 'answered', body });
      this.#tools.deadline.enter('total', this.#tools.now());
      body.then(
        (stored) => this.#end({ kind: 'answered', body: stored }),
        (error: unknown) => this.#drop(endOfBody(error)),
      );
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    // Where the redirect leads was said, whatever became of its body.
    if (this.#location !== undefined) this.#end({ kind: 'redirected', location: this.#location });
    else if (this.#settle !== undefined) {
      this.#body?.discard();
      this.#end({ kind: 'failed', error });
    }
  }

  #isBodiless(): boolean {
    return this.status === 204 || this.status === 304 || this.#isHead;
  }

  #receiverEvents(): ReceiverEvents {
    return {
      onReady: () => {
        this.#tools.deadline.enter('body', this.#tools.now());
        this.#controller?.resume();
      },
      onFailure: (error) => this.#drop(endOfBody(error)),
    };
  }

  #receive(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#drop(endOfBody(error));
    }
  }

  #drop(end: ExchangeEnd): void {
    if (this.#settle === undefined) return;
    this.#end(end);
    this.#body?.discard();
    if (this.#controller) this.#controller.abort(dropped);
    else this.#socket?.destroy(dropped);
  }

  #end(end: ExchangeEnd): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(end);
  }
}

const endOfBody = (error: unknown): ExchangeEnd =>
  error instanceof BodyCut ? { kind: 'cut', why: error.why } : { kind: 'broken', error };
