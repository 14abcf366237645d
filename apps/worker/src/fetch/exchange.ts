import type { Socket } from 'node:net';
import type { CutShort, ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import type { Dispatcher } from 'undici';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import type { Asker, Connection, NewConnection } from './connection.ts';
import { type ExchangeEnd, endOfBody, isWholeAllTheSame } from './exchange-end.ts';
import type { ExchangeTools } from './exchange-tools.ts';
import { framingBytes } from './fetch-policy.ts';
import { type OutgoingRequest, splitUrl } from './outgoing-request.ts';
import { isRedirect } from './redirect.ts';
import { endsWithConnection, flawOf, joinedHeaders, lengthOf, locationOf } from './response-headers.ts';
import { untilDue } from './until-due.ts';
import type { WireReader } from './wire.ts';

/** A redirect's body is read up to here and for so long, so that its connection can be used again. */
const drained = { bytes: 16 * 1024, ms: 500 };

/** Nobody reads it: it only makes undici drop what was called off. */
const dropped = new Error('dropped');

/** One request and its response, as undici's handler. Ends once, by whatever comes first. */
export class Exchange implements Asker, WireReader {
  readonly maxHeadBytes: number;
  status = 0;
  headers: ResponseHeaders = {};
  wireBytes = 0;
  startedAtMs = 0;
  /** 0 until the head of the response came. */
  headAtMs = 0;
  /** Undefined when the connection was used before. */
  newConnection: NewConnection | undefined;
  /** The request is on its way. */
  isSent = false;
  /** Something came back, were it no answer. */
  isHeard = false;
  /** A whole head of 4xx or 5xx came. */
  isRefusal = false;

  readonly #tools: ExchangeTools;
  #isRedirect = false;
  #location: string | undefined;
  #drainTimer: NodeJS.Timeout | undefined;
  #body: BodyReceiver | undefined;
  #connection: Connection | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #connecting: Socket | undefined;
  #settle: ((end: ExchangeEnd) => void) | undefined;
  #isHead = false;

  constructor(tools: ExchangeTools) {
    this.#tools = tools;
    this.maxHeadBytes = tools.policy.maxHeadBytes;
  }

  get bodyBytes(): number {
    return this.#body?.bodyBytes ?? 0;
  }

  run(request: OutgoingRequest, from: 'kept' | 'new'): Promise<ExchangeEnd> {
    const { method, headers, body } = request;
    const { connections, deadline, departure, now } = this.#tools;
    const { origin, path } = splitUrl(request.url);
    this.#isHead = method === 'HEAD';
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.startedAtMs = now();
      deadline.enter('connect', this.startedAtMs);
      const connection = connections.take(origin, from);
      this.#connection = connection;
      const send = () => connection.send({ origin, path, method, headers, body }, this, !connections.isTrusted(origin));
      if (departure.isFree() || !connection.isOpen) return send();
      void this.#untilDue().then((isDue) => (isDue ? send() : connection.handBack()));
    });
  }

  /** Ends it without an answer; a connection in use is closed. */
  callOff(): void {
    this.#drop({ kind: 'called-off' });
  }

  onConnecting(socket: Socket): void {
    this.#connecting = socket;
    if (this.#settle === undefined) socket.destroy(dropped);
  }

  onConnected(): Promise<boolean> | undefined {
    return this.#tools.departure.isFree() ? undefined : this.#untilDue();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { departure } = this.#tools;
    if (this.#settle !== undefined && !departure.isDue()) this.#end({ kind: 'late' });
    if (this.#settle === undefined) return controller.abort(dropped);
    departure.left();
    this.#controller = controller;
    this.#connecting = undefined;
    this.#connection?.wire.begin(this);
    this.newConnection = this.#connection?.takeNew();
    this.isSent = true;
    this.startedAtMs = this.#tools.now();
    this.#tools.deadline.enter('headers', this.startedAtMs);
  }

  onAnswerBegins(): void {
    this.isHeard = true;
  }

  onRefused(why: CutShort): void {
    this.#drop({ kind: 'cut', why });
  }

  allowsBytes(bytes: number): boolean {
    return bytes - this.wireBytes <= framingBytes(this.wireBytes);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.#settle === undefined) return;
    this.status = status;
    this.headAtMs = this.#tools.now();
    if (isRedirect(status)) this.#takeLocation(headers);
    this.#tools.deadline.enter(this.#isRedirect ? 'total' : 'body', this.headAtMs);
    this.headers = joinedHeaders(headers);
    const { rawHeaders } = controller;
    const flaw = flawOf(status, this.headers, Array.isArray(rawHeaders) ? rawHeaders.length / 2 : 0);
    if (flaw !== undefined) return this.#drop({ kind: 'cut', why: flaw });
    this.isRefusal = status >= 400;
    if (!this.#isRedirect) this.#receive(() => this.#beginBody(controller));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settle === undefined) return;
    this.wireBytes += chunk.length;
    if (this.#isRedirect) {
      if (this.wireBytes > drained.bytes) this.#drop(this.#redirected());
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
    const error = this.#connection?.wire.error;
    this.#connection?.release();
    if (this.#isRedirect) return this.#end(this.#redirected());
    // undici takes a reset for the end of a body that has no other.
    if (error !== undefined && endsWithConnection(this.headers)) return this.#drop({ kind: 'failed', error });
    this.#finishBody();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#connection?.wire.end();
    // undici may have refused to send it: no event of the connection follows then.
    if (!this.isSent) void this.#connection?.retire();
    // Where the redirect leads was said, whatever became of its body.
    if (this.#isRedirect) return this.#end(this.#redirected());
    if (this.#settle === undefined) return;
    if (this.#body !== undefined && isWholeAllTheSame(error, this)) return this.#finishBody();
    this.#body?.discard();
    // What TLS said of the end, undici sometimes says no more of than that it came.
    this.#end({ kind: 'failed', error: this.#connection?.wire.error ?? error });
  }

  /** False: it has ended, or ends now. */
  async #untilDue(): Promise<boolean> {
    if (this.#settle === undefined) return false;
    const end = await untilDue(this.#tools);
    if (end !== undefined) this.#end(end);
    return this.#settle !== undefined;
  }

  #finishBody(): void {
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

  #takeLocation(headers: Record<string, string | string[] | undefined>): void {
    const location = locationOf(headers);
    if (location.kind === 'none') return;
    this.#isRedirect = true;
    this.#location = location.kind === 'one' ? location.value : undefined;
    this.#drainTimer = setTimeout(() => this.#drop(this.#redirected()), drained.ms);
  }

  #redirected(): ExchangeEnd {
    return { kind: 'redirected', location: this.#location };
  }

  #beginBody(controller: Dispatcher.DispatchController): void {
    const isBodiless = this.#isHead || this.status === 204 || this.status === 304;
    const length = isBodiless ? 0 : lengthOf(this.headers);
    if (length !== undefined && length > this.#tools.policy.maxWireBytes) throw new BodyCut('too-large');
    const { body, isReady } = this.#tools.createBody(this.headers, length, this.#receiverEvents());
    this.#body = body;
    if (isReady) return;
    controller.pause();
    this.#tools.deadline.enter('total', this.headAtMs);
  }

  #receiverEvents(): ReceiverEvents {
    return {
      onReady: () => {
        this.#tools.deadline.enter('body', this.#tools.now());
        // undici parses one answer at a time: another's may be on the stack.
        queueMicrotask(() => this.#controller?.resume());
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
    if (this.isSent && !this.isHeard) this.#connection?.resetWhenDestroyed();
    if (this.#controller) this.#controller.abort(dropped);
    else this.#connecting?.destroy(dropped);
  }

  #end(end: ExchangeEnd): void {
    const settle = this.#settle;
    this.#settle = undefined;
    clearTimeout(this.#drainTimer);
    settle?.(end);
  }
}
