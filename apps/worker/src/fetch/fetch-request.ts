import type { CanonicalUrl } from '@trawl/shared/domain/canonical-url.ts';
import type { RobotsRefusal } from '@trawl/shared/domain/fetch-outcome.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import type { MemoryShare } from './body-memory.ts';
import type { FetchPolicy } from './fetch-policy.ts';

/** `host` is the politeness bucket: URL.host. */
export type Hop = { host: string; url: string };

/** A refusal is the outcome of the fetch. */
export type HopAnswer = 'go' | 'must-wait' | RobotsRefusal;

/**
 * When a request may leave, on a host that is asked only so often. It is looked at when the connection stands, so that nothing comes between
 * the turn and the first byte.
 */
export type Departure = {
  /** Any moment is as good as another. */
  isFree: () => boolean;
  /** In this very step? */
  isDue: () => boolean;
  /** Resolves when it is due. False: there is no turn to be had, nothing may leave. */
  comesUp: () => Promise<boolean>;
  /** A request is written now. */
  left: () => void;
};

export const freeDeparture: Departure = {
  isFree: () => true,
  isDue: () => true,
  comesUp: async () => true,
  left: () => undefined,
};

export type FetchRequest = {
  /** Canonical: absolute, http(s), without fragment and credentials. It is not checked again. */
  url: CanonicalUrl | string;
  overrides?: RequestOverrides;
  policy: FetchPolicy;
  /** Absent: cookies are neither kept nor sent. Those of the user's own headers are sent as they are. */
  cookies?: CookieJar;
  /** Awaited before every redirect hop, on the same host too. */
  askForHop: (hop: Hop) => Promise<HopAnswer>;
  /** Absent: any moment is as good as another. */
  departure?: Departure;
  /** What the body may hold of the process's memory; whoever gives it frees it, when the body was used. Absent: freed with the fetch. */
  memory?: MemoryShare;
};

/** What hosts have set and may have back. Both take the URL of a request. */
export type CookieJar = {
  /** The value of the header `cookie`, '' for none. */
  headerFor: (url: string) => Promise<string>;
  /** What its answer set counts from now on. `setCookie` is one header a line. */
  keep: (url: string, setCookie: string) => Promise<void>;
};
