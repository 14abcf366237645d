/** What happened when a worker asked a host. A fetch never throws for what a host did: it ends in one of these. */
export type FetchOutcome =
  | { kind: 'answered'; status: number; headers: ResponseHeaders; body: FetchedBody; trace: FetchTrace }
  | { kind: 'unreachable'; stage: 'dns' | 'connect' | 'tls'; reason: string; temporary: boolean; trace: FetchTrace }
  | { kind: 'timed-out'; stage: 'connect' | 'headers' | 'body' | 'total'; trace: FetchTrace }
  | {
      kind: 'cut-short';
      why: 'reset' | 'too-large' | 'bad-encoding' | 'protocol';
      /** Present when the head of the response had arrived. */
      status?: number;
      trace: FetchTrace;
    }
  | {
      kind: 'forbidden';
      why: 'robots' | 'private-address' | 'redirect-limit' | 'redirect-scheme' | 'redirect-invalid';
      status?: number;
      trace: FetchTrace;
    }
  /** Nothing was decided about the URL: the worker is stopping, or another host on the redirect path has no turn free. */
  | { kind: 'interrupted'; why: 'stopping' | 'hop-must-wait'; trace: FetchTrace };

/** Lower-case names; repeated headers are joined with ", " (set-cookie with "\n"). */
export type ResponseHeaders = Record<string, string>;

/** A body as it was received: counted and hashed while it streamed, kept only as far as the crawl asked. */
export type FetchedBody = {
  /** Inflated bytes, whole body when `truncated` is false, else its first part (the inline limit). */
  kept: Uint8Array;
  truncated: boolean;
  /** Hex sha256 over all inflated bytes. */
  sha256: string;
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
  /** From the beginning to the moment at which the last request was sent; absent: none was. */
  sentMs?: number;
};
