/** What happened when a worker asked a host. A fetch never throws for what a host did: it ends in one of these. */
export type FetchOutcome =
  | {
      kind: 'answered';
      status: number;
      headers: ResponseHeaders;
      body: FetchedBody;
      /** The request said which version is known already: only then a 304 is an answer to it. */
      sentValidators?: true;
      trace: FetchTrace;
    }
  | { kind: 'unreachable'; stage: 'dns' | 'connect' | 'tls'; reason: string; temporary: boolean; trace: FetchTrace }
  | { kind: 'timed-out'; stage: 'connect' | 'headers' | 'body' | 'total'; trace: FetchTrace }
  | {
      kind: 'cut-short';
      why: CutShort;
      /** Present when the head of the response had arrived. */
      status?: number;
      trace: FetchTrace;
    }
  | {
      kind: 'forbidden';
      why: RobotsRefusal | AddressRefusal | RedirectRefusal;
      status?: number;
      trace: FetchTrace;
    }
  /** The line's method, headers or body cannot be sent in HTTP/1.1: nothing was. */
  | { kind: 'unsendable'; trace: FetchTrace }
  /** Nothing was decided about the URL: the worker is stopping, another host on the redirect path has no turn free, bodies fill the memory, this machine has no way to the web, or no file or port left, robots.txt comes first, its turn had passed before it could be sent. */
  | { kind: 'interrupted'; why: Interruption; trace: FetchTrace };

/** Why an answer that had begun, or was to begin, could not be taken to its end. */
export type CutShort =
  /** The connection ended first. */
  | 'reset'
  /** The body, or what stands around its chunks, passed a limit. */
  | 'too-large'
  | 'bad-encoding'
  /** Not HTTP/1.1: a broken status line, header, length or chunk, a status below 100, a bare line feed. */
  | 'malformed-response'
  /** The head passed a limit: bytes, or number of headers. */
  | 'head-too-large'
  /** More 1xx answers than anybody needs. */
  | 'too-many-interim'
  /** 101 to a request that asked for no other protocol. */
  | 'unasked-upgrade';

/** Why an address is not connected to. */
export type AddressRefusal = 'private-address' | 'blocked-port';

/** The host's robots.txt disallows it; or could not be read, and then all of the host is refused for now. */
export type RobotsRefusal = 'robots' | 'robots-unavailable';

export type RedirectRefusal = 'redirect-limit' | 'redirect-loop' | 'redirect-scheme' | 'redirect-invalid';

export type Interruption =
  | 'stopping'
  | 'hop-must-wait'
  | 'memory-full'
  | 'no-network'
  | 'machine-full'
  | 'robots-first'
  | 'turn-passed';

/** Lower-case names; repeated headers are joined with ", " (set-cookie with "\n"). */
export type ResponseHeaders = Record<string, string>;

/** A body as it was received: counted and hashed while it streamed, kept only as far as the crawl asked. */
export type FetchedBody = {
  /** Inflated bytes, whole body when `truncated` is false, else its first part (the inline limit). */
  kept: Uint8Array;
  truncated: boolean;
  /** Hex sha256 over all inflated bytes; absent where an answer that says no (4xx, 5xx) has a body that could not be read. */
  sha256?: string;
  /** Path of the content-addressed file relative to the bodies directory, with `--bodies files`. */
  file?: string;
};

/** How the answer came about. Sizes in bytes, times in ms. */
export type FetchTrace = {
  finalUrl: string;
  redirects: { status: number; url: string }[];
  wireBytes: number;
  bodyBytes: number;
  timings: FetchTimings;
};

/** Milliseconds; dns and connect are 0 on a reused connection, ttfb runs from the last request's start to its head. */
export type FetchTimings = {
  dnsMs: number;
  connectMs: number;
  ttfbMs: number;
  totalMs: number;
};

/** The trace of a URL for which nothing was sent. */
export const emptyTrace = (finalUrl: string): FetchTrace => ({
  finalUrl,
  redirects: [],
  wireBytes: 0,
  bodyBytes: 0,
  timings: { dnsMs: 0, connectMs: 0, ttfbMs: 0, totalMs: 0 },
});

export const interrupted = (why: Interruption, trace: FetchTrace): FetchOutcome => ({
  kind: 'interrupted',
  why,
  trace,
});
