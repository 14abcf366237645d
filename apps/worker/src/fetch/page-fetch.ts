import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FetchOutcome, FetchTrace, ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import { BodyCut, type BodyReceiver, type ReceiverEvents } from './body-receiver.ts';
import type { BodyStore } from './body-store.ts';
import { CodedBody } from './coded-body.ts';
import type { Connections } from './connections.ts';
import { contentCodingsOf } from './content-coding.ts';
import { Deadline, type TimeoutStage } from './deadline.ts';
import { Exchange, type ExchangeEnd, type ExchangeTools } from './exchange.ts';
import { keptBytesOf } from './fetch-policy.ts';
import type { FetchRequest } from './fetch-request.ts';
import { isReset, outcomeOfError } from './outcome-of-error.ts';
import { firstRequest, type OutgoingRequest } from './outgoing-request.ts';
import { PlainBody } from './plain-body.ts';
import { redirectedRequest } from './redirect.ts';

export type PageFetchTools = { connections: Connections; store: BodyStore | undefined; now: () => number };

type Redirected = Extract<ExchangeEnd, { kind: 'redirected' }>;

/** One URL's fetch: its request, the redirects it leads through, and the time limits over all of them. */
export class PageFetch {
  readonly #request: FetchRequest;
  readonly #tools: PageFetchTools;
  readonly #deadline: Deadline;
  readonly #redirects: FetchTrace['redirects'] = [];
  #outgoing: OutgoingRequest;
  #exchange: Exchange | undefined;
  /** Why it was called off, once it was. */
  #calledOff: TimeoutStage | 'stopping' | undefined;
  #endWait: (() => void) | undefined;

  constructor(request: FetchRequest, tools: PageFetchTools) {
    this.#request = request;
    this.#tools = tools;
    this.#outgoing = firstRequest(request.url, request.policy.headers, request.overrides);
    this.#deadline = new Deadline(request.policy, tools.now, (stage) => this.callOff(stage));
  }

  async run(): Promise<FetchOutcome> {
    try {
      for (;;) {
        if (this.#calledOff !== undefined) return this.#outcomeOfCallOff(this.#calledOff);
        const end = await this.#exchangeOnce();
        const outcome = end.kind === 'redirected' ? await this.#followRedirect(end) : this.#outcomeOf(end);
        if (outcome !== undefined) return outcome;
      }
    } finally {
      this.#deadline.stop();
    }
  }

  callOff(why: TimeoutStage | 'stopping'): void {
    this.#calledOff ??= why;
    this.#exchange?.callOff();
    this.#endWait?.();
  }

  async #exchangeOnce(): Promise<ExchangeEnd> {
    const end = await this.#send('kept');
    const exchange = this.#exchange as Exchange;
    // The host closed a kept connection just as it was used: that says nothing about the URL.
    const isStale = end.kind === 'failed' && exchange.isUnanswered && isReset(end.error);
    return isStale && this.#calledOff === undefined && idempotent.has(this.#outgoing.method)
      ? this.#send('fresh')
      : end;
  }

  #send(pool: 'kept' | 'fresh'): Promise<ExchangeEnd> {
    this.#exchange = new Exchange(this.#exchangeTools());
    return this.#exchange.run(this.#outgoing, pool);
  }

  #exchangeTools(): ExchangeTools {
    const { connections, now } = this.#tools;
    const createBody = (headers: ResponseHeaders, events: ReceiverEvents) => this.#createBody(headers, events);
    return { connections, now, policy: this.#request.policy, deadline: this.#deadline, createBody };
  }

  #createBody(headers: ResponseHeaders, events: ReceiverEvents): BodyReceiver {
    const { policy } = this.#request;
    const limits = { maxBodyBytes: policy.maxBodyBytes, keptBytes: keptBytesOf(policy, headers) };
    const store = policy.bodies === 'files' ? this.#tools.store : undefined;
    const codings = contentCodingsOf(headers['content-encoding']);
    if (codings === undefined) throw new BodyCut('bad-encoding');
    if (codings.length === 0) return new PlainBody(limits, store, events);
    return new CodedBody(codings, (inner) => new PlainBody(limits, store, inner), events);
  }

  /** Undefined: the next request stands ready. */
  async #followRedirect({ location }: Redirected): Promise<FetchOutcome | undefined> {
    const { status } = this.#exchange as Exchange;
    this.#redirects.push({ status, url: this.#outgoing.url });
    if (this.#redirects.length > this.#request.policy.maxRedirects) return this.#forbidden('redirect-limit', status);
    const next = redirectedRequest(this.#outgoing, status, location);
    if (next.kind === 'refuse') return this.#forbidden(next.why, status);

    this.#deadline.enter('total', this.#tools.now());
    // undici hands a connection back one turn of the event loop after its response: asking earlier would open another.
    await nextTurn();
    const answer = await Promise.race([this.#request.askForHop(next.host), this.#untilCalledOff()]);
    if (answer === 'must-wait') return { kind: 'interrupted', why: 'hop-must-wait', trace: this.#trace() };
    if (answer === 'go') this.#outgoing = next.request;
    return undefined;
  }

  #untilCalledOff(): Promise<'called-off'> {
    return new Promise((resolve) => {
      this.#endWait = () => resolve('called-off');
      if (this.#calledOff !== undefined) this.#endWait();
    });
  }

  #outcomeOf(end: Exclude<ExchangeEnd, Redirected>): FetchOutcome {
    const { status, headers } = this.#exchange as Exchange;
    const trace = this.#trace();
    switch (end.kind) {
      case 'answered':
        return { kind: 'answered', status, headers, body: end.body, trace };
      case 'cut':
        return { kind: 'cut-short', why: end.why, status, trace };
      case 'failed':
        return outcomeOfError(end.error, { trace, ...(status > 0 && { status }) });
      case 'called-off':
        return this.#outcomeOfCallOff(this.#calledOff ?? 'stopping');
      case 'broken':
        throw end.error;
    }
  }

  #outcomeOfCallOff(why: TimeoutStage | 'stopping'): FetchOutcome {
    const trace = this.#trace();
    return why === 'stopping' ? { kind: 'interrupted', why, trace } : { kind: 'timed-out', stage: why, trace };
  }

  #forbidden(why: 'redirect-limit' | 'redirect-scheme' | 'redirect-invalid', status: number): FetchOutcome {
    return { kind: 'forbidden', why, status, trace: this.#trace() };
  }

  #trace(): FetchTrace {
    const exchange = this.#exchange;
    return {
      finalUrl: this.#outgoing.url,
      redirects: this.#redirects,
      wireBytes: exchange?.wireBytes ?? 0,
      bodyBytes: exchange?.bodyBytes ?? 0,
      timings: {
        dnsMs: exchange?.connection?.dnsMs ?? 0,
        connectMs: exchange?.connection?.connectMs ?? 0,
        ttfbMs: exchange && exchange.headAtMs > 0 ? exchange.headAtMs - exchange.startedAtMs : 0,
        totalMs: this.#tools.now() - this.#deadline.startedAtMs,
        ...(exchange && { sentMs: exchange.startedAtMs - this.#deadline.startedAtMs }),
      },
    };
  }
}

/** RFC 9110 section 9.2.2: asking twice is the same as asking once. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
