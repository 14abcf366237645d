import type { FetchOutcome, RedirectRefusal } from '@trawl/shared/domain/fetch-outcome.ts';

/** What came of asking an origin for its robots.txt (RFC 9309, section 2.3.1). */
export type RobotsFile =
  | { kind: 'text'; bytes: Uint8Array }
  /** There is none: everything is allowed. */
  | { kind: 'none' }
  /** There may be one that we could not read: nothing is allowed for now. */
  | { kind: 'unavailable' }
  /** The host could not be asked for anything: every URL of it ends like this. */
  | { kind: 'failed'; outcome: Failure };

export type Failure = Exclude<FetchOutcome, { kind: 'answered' | 'interrupted' }>;

/** Section 2.5: at least 500 KiB of a file are read. */
export const mostRobotsBytes = 512 * 1024;

/** @param outcome of `<origin>/robots.txt`, with at most five redirects and the first `mostRobotsBytes` of its body kept */
export const robotsFileOf = (outcome: Exclude<FetchOutcome, { kind: 'interrupted' }>): RobotsFile => {
  const isRedirected = outcome.trace.redirects.length > 0;
  switch (outcome.kind) {
    case 'answered':
      return fileOfAnswer(outcome.status, outcome.body);
    case 'unreachable':
      return isRedirected ? { kind: 'unavailable' } : { kind: 'failed', outcome };
    case 'timed-out':
      return outcome.stage === 'connect' && !isRedirected ? { kind: 'failed', outcome } : { kind: 'unavailable' };
    case 'cut-short':
      return { kind: 'unavailable' };
    case 'forbidden':
      // Redirects without an end may count as a file that does not exist; those to nowhere are no better.
      if (isRedirectRefusal(outcome.why)) return { kind: 'none' };
      return isRedirected ? { kind: 'unavailable' } : { kind: 'failed', outcome };
    case 'unsendable':
      return { kind: 'failed', outcome };
  }
};

type Answered = Extract<FetchOutcome, { kind: 'answered' }>;

const fileOfAnswer = (status: number, body: Answered['body']): RobotsFile => {
  if (status >= 200 && status < 300) return { kind: 'text', bytes: wholeLinesOf(body) };
  // 429 is a 4xx, but says: not now.
  return status >= 500 || status === 429 ? { kind: 'unavailable' } : { kind: 'none' };
};

/** A line that was cut off is left out: a shorter rule would say something else. */
const wholeLinesOf = ({ kept, truncated }: Answered['body']): Uint8Array => {
  const bytes = kept.subarray(0, mostRobotsBytes);
  const isWhole = !truncated && kept.length <= mostRobotsBytes;
  return isWhole
    ? bytes
    : bytes.subarray(0, Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn)) + 1);
};

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

const refusals: Record<RedirectRefusal, true> = {
  'redirect-limit': true,
  'redirect-loop': true,
  'redirect-scheme': true,
  'redirect-invalid': true,
};

const isRedirectRefusal = (why: Extract<Failure, { kind: 'forbidden' }>['why']): boolean =>
  Object.hasOwn(refusals, why);

/** Would another machine have met the same? One without a network of its own must not speak for the fleet. */
export const isOfHost = (failure: Failure): boolean => {
  if (failure.kind === 'timed-out') return true;
  return failure.kind === 'unreachable' && (failure.stage === 'tls' || reasonsOfHost.has(failure.reason));
};

const reasonsOfHost: ReadonlySet<string> = new Set(['no-such-host', 'refused', 'connect-reset']);

export const isTemporary = (failure: Failure): boolean =>
  failure.kind === 'timed-out' || (failure.kind === 'unreachable' && failure.temporary);
