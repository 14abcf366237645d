import {
  type FetchOutcome,
  type FetchTrace,
  interrupted,
  type RedirectRefusal,
  type ResponseHeaders,
  type RobotsRefusal,
} from '@trawl/shared/domain/fetch-outcome.ts';
import type { BodyMemory, MemoryShare } from './body-memory.ts';
import type { ReceiverEvents } from './body-receiver.ts';
import type { BodyStore } from './body-store.ts';
import type { Connections } from './connections.ts';
import { withCookieHeader } from './cookie-header.ts';
import { createBody } from './create-body.ts';
import { Deadline, type Late } from './deadline.ts';
import { Exchange } from './exchange.ts';
import { type ExchangeEnd, unread } from './exchange-end.ts';
import type { ExchangeTools } from './exchange-tools.ts';
import { type CookieJar, type Departure, type FetchRequest, freeDeparture } from './fetch-request.ts';
import type { InflatePace } from './inflate-pace.ts';
import { lackOfMachine } from './lack-of-machine.ts';
import { outcomeOfError } from './outcome-of-error.ts';
import { firstRequest, hasValidators, isIdempotent, type OutgoingRequest } from './outgoing-request.ts';
import { isLoop, redirectedRequest } from './redirect.ts';

export type PageFetchTools = {
  connections: Connections;
  store: BodyStore | undefined;
  memory: BodyMemory;
  pace: InflatePace;
  now: () => number;
};

type Redirected = Extract<ExchangeEnd, { kind: 'redirected' }>;

/** What ends a fetch from outside: its limits, a stop. */
type CallOff = Late | 'stopping';

/** A fetch that finds no room for its body before it began is put back after this. */
const mostWaitForRoomMs = 4000;

/** One URL's fetch: its request, the redirects it leads through, and the time limits over all of them. */
export class PageFetch {
  readonly #request: FetchRequest;
  readonly #tools: PageFetchTools;
  readonly #memory: MemoryShare;
  readonly #deadline: Deadline;
  readonly #departure: Departure;
  readonly #redirects: FetchTrace['redirects'] = [];
  readonly #trail: OutgoingRequest[];
  #exchange: Exchange | undefined;
  /** Why it was called off, once it was. */
  #calledOff: CallOff | undefined;
  #endWait: (() => void) | undefined;
  /** It waits for other bodies to end: the host has no part in that. */
  #isShortOfMemory = false;

  constructor(request: FetchRequest, tools: PageFetchTools) {
    this.#request = request;
    this.#tools = tools;
    this.#memory = request.memory ?? tools.memory.open();
    this.#departure = request.departure ?? freeDeparture;
    this.#trail = [firstRequest(request.url, request.policy.headers, request.overrides)];
    this.#deadline = new Deadline(request.policy, tools.now, (stage) => this.callOff(stage));
  }

  async run(): Promise<FetchOutcome> {
    try {
      const room = this.#tools.memory.room();
      if (room !== undefined) await this.#waitForRoom(room);
      const { cookies } = this.#request;
      if (cookies !== undefined) this.#trail[0] = await this.#withCookies(this.#outgoing);
      for (;;) {
        if (this.#calledOff !== undefined) return this.#outcomeOfCallOff(this.#calledOff);
        const end = await this.#exchangeOnce();
        if (cookies !== undefined) await this.#keepCookies(cookies);
        const outcome = end.kind === 'redirected' ? await this.#followRedirect(end) : this.#outcomeOf(end);
        if (outcome !== undefined) return outcome;
      }
    } finally {
      this.#deadline.stop();
      if (this.#request.memory === undefined) this.#memory.free();
    }
  }

  callOff(why: CallOff): void {
    this.#calledOff ??= why;
    this.#exchange?.callOff();
    this.#endWait?.();
  }

  async #waitForRoom(room: Promise<void>): Promise<void> {
    this.#isShortOfMemory = true;
    const giveUp = setTimeout(() => this.callOff('total'), mostWaitForRoomMs);
    await Promise.race([room, this.#untilCalledOff()]);
    clearTimeout(giveUp);
    if (this.#calledOff !== undefined) return;
    this.#isShortOfMemory = false;
    this.#deadline.restart();
  }

  async #exchangeOnce(): Promise<ExchangeEnd> {
    for (let from: 'kept' | 'new' = 'kept'; ; ) {
      this.#memory.free();
      this.#exchange = new Exchange(this.#exchangeTools());
      const end = await this.#exchange.run(withCookieHeader(this.#outgoing), from);
      if (this.#calledOff !== undefined) return end;
      const isStale = from === 'kept' && this.#isStale(end) && isIdempotent(this.#outgoing);
      if (isStale) from = 'new';
      else if (end.kind !== 'late') return end;
    }
  }

  /**
   * A kept connection that fails before an answer says nothing about the URL: the host closed it just as it was used, or what
   * came was left over from the answer before.
   */
  #isStale(end: ExchangeEnd): boolean {
    const { isSent, newConnection, status } = this.#exchange as Exchange;
    if (!isSent || newConnection !== undefined) return false;
    if (end.kind === 'failed') return status === 0;
    // Some hosts say so when they close a connection that was idle for too long.
    return end.kind === 'answered' && status === 408;
  }

  get #outgoing(): OutgoingRequest {
    return this.#trail.at(-1) as OutgoingRequest;
  }

  #exchangeTools(): ExchangeTools {
    const { connections, now, store, pace } = this.#tools;
    const { policy } = this.#request;
    return {
      connections,
      now,
      policy,
      deadline: this.#deadline,
      departure: this.#departure,
      createBody: (headers: ResponseHeaders, wireBytes: number | undefined, events: ReceiverEvents) =>
        createBody({ policy, headers, wireBytes, store, growMemory: this.#growMemory, pace, events }),
    };
  }

  readonly #growMemory: MemoryShare['grow'] = (bytes, onGranted) => {
    const isGranted = this.#memory.grow(bytes, () => {
      this.#isShortOfMemory = false;
      onGranted();
    });
    this.#isShortOfMemory = !isGranted;
    return isGranted;
  };

  async #withCookies(request: OutgoingRequest): Promise<OutgoingRequest> {
    const { cookies } = this.#request;
    return cookies === undefined ? request : { ...request, cookies: await cookies.headerFor(request.url) };
  }

  async #keepCookies(cookies: CookieJar): Promise<void> {
    const setCookie = this.#exchange?.headers['set-cookie'];
    if (setCookie !== undefined) await cookies.keep(this.#outgoing.url, setCookie);
  }

  /** Undefined: the next request stands ready. */
  async #followRedirect({ location }: Redirected): Promise<FetchOutcome | undefined> {
    const { status } = this.#exchange as Exchange;
    this.#redirects.push({ status, url: this.#outgoing.url });
    const next = redirectedRequest(this.#outgoing, status, location);
    if (next.kind === 'refuse') return this.#forbidden(next.why, status);
    const request = await this.#withCookies(next.request);
    if (isLoop(this.#trail, request)) return this.#forbidden('redirect-loop', status);
    if (this.#redirects.length > this.#request.policy.maxRedirects) return this.#forbidden('redirect-limit', status);

    const hop = { host: next.host, url: next.request.url };
    this.#deadline.pause(this.#tools.now());
    const answer = await Promise.race([this.#request.askForHop(hop), this.#untilCalledOff()]);
    this.#deadline.resume('total', this.#tools.now());
    if (answer === 'robots' || answer === 'robots-unavailable') return this.#forbidden(answer, status);
    if (answer === 'must-wait') return interrupted('hop-must-wait', this.#trace());
    if (answer === 'go') this.#trail.push(request);
    return undefined;
  }

  #untilCalledOff(): Promise<'called-off'> {
    return new Promise((resolve) => {
      this.#endWait = () => resolve('called-off');
      if (this.#calledOff !== undefined) this.#endWait();
    });
  }

  #outcomeOf(end: Exclude<ExchangeEnd, Redirected>): FetchOutcome {
    const { status, headers, newConnection, isHeard, isRefusal } = this.#exchange as Exchange;
    const trace = this.#trace();
    if (isRefusal && end.kind !== 'broken' && this.#calledOff !== 'stopping') {
      const body = end.kind === 'answered' ? end.body : unread;
      return { kind: 'answered', status, headers, body, trace };
    }
    const arrived = status > 0 ? { status } : {};
    switch (end.kind) {
      case 'answered': {
        const conditional = hasValidators(this.#outgoing) ? ({ sentValidators: true } as const) : {};
        return { kind: 'answered', status, headers, body: end.body, ...conditional, trace };
      }
      case 'cut':
        return { kind: 'cut-short', why: end.why, ...arrived, trace };
      case 'failed': {
        const isHandshakeOpen = newConnection !== undefined && !isHeard && this.#outgoing.url.startsWith('https:');
        return outcomeOfError(end.error, { trace, isHandshakeOpen, ...arrived });
      }
      case 'no-turn':
        return interrupted('turn-passed', trace);
      case 'late':
      case 'called-off':
        return this.#outcomeOfCallOff(this.#calledOff ?? 'stopping');
      case 'broken':
        if (lackOfMachine(end.error) !== undefined) return interrupted('machine-full', trace);
        throw end.error;
    }
  }

  #outcomeOfCallOff(why: CallOff): FetchOutcome {
    const trace = this.#trace();
    if (why === 'stopping') return interrupted(why, trace);
    if (this.#isShortOfMemory) return interrupted('memory-full', trace);
    if (why === 'execution') return interrupted(this.#redirects.length > 0 ? 'hop-must-wait' : 'turn-passed', trace);
    return { kind: 'timed-out', stage: why, trace };
  }

  #forbidden(why: RedirectRefusal | RobotsRefusal, status: number): FetchOutcome {
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
        dnsMs: exchange?.newConnection?.dnsMs ?? 0,
        connectMs: exchange?.newConnection?.connectMs ?? 0,
        ttfbMs: exchange && exchange.headAtMs > 0 ? exchange.headAtMs - exchange.startedAtMs : 0,
        totalMs: this.#tools.now() - this.#deadline.startedAtMs,
      },
    };
  }
}
