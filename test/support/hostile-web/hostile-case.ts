import type { Socket } from 'node:net';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import type { Certificate } from './certificate-names.ts';

/** One way in which a host misbehaves, and what has to become of it. */
export type HostileCase = {
  /** `family/what it does`. */
  name: string;
  host: Host;
  /** Absent: plain HTTP. */
  tls?: Certificate;
  settings?: Partial<CrawlSettings>;
  overrides?: RequestOverrides;
  /** How each fetch of the case ends: they come one after the other, on the same host, for different paths. */
  ends: readonly (End | readonly End[])[];
  /** Most requests that the host may see, over all connections. */
  requests: number;
  /** Most bytes that may be taken from it, over all connections; what the system buffers is not counted. */
  bytes: number;
  /** The text of the last fetch's record; null: it has none. */
  text?: string | null | undefined;
  /** Between two fetches. */
  pauseMs?: number;
  /** What the host must have seen; throws when it has not. */
  saw?: (requests: HostRequest[]) => void;
};

/**
 * An outcome and what is done about it, in one text: `ok status-200`, `cut-short reset > retry`, `forbidden redirect-loop`,
 * `status-429 > defer 5000`; a third word is the sha256 of the body. Several of them: any will do, where the network decides.
 */
export type End = string;

export type Host =
  /** Called for every request. */
  | ((request: HostRequest) => void)
  /** Called for every connection, before anything was read of it. */
  | { connection: (socket: Socket) => void };

export type HostRequest = {
  /** Request line and headers as they came. */
  head: string;
  method: string;
  path: string;
  /** Undefined where it was not sent; names are lower case. */
  header: (name: string) => string | undefined;
  body: string;
  /** Number of this request over all connections of the case, from 1, and of its connection. */
  number: number;
  connection: number;
  /** Under which of its names the host was asked. */
  side: Side;
  socket: Socket;
  /** An address of this host, or of one of its sisters: other names of the same case. */
  url: (path: string, side?: Side) => string;
};

/** A case has three names, and so three origins. */
export type Side = 'a' | 'b' | 'c';

export const hostilePath = (step: number): string => `/${step}`;

type Optional = 'ends' | 'requests' | 'bytes';

/** A case with one fetch, one request and few bytes, where nothing else is said. */
export const hostile = (
  given: Omit<HostileCase, Optional> & Partial<Omit<HostileCase, 'ends'>> & { ends: End | HostileCase['ends'] },
): HostileCase => {
  const ends = typeof given.ends === 'string' ? [given.ends] : given.ends;
  return { requests: ends.length, bytes: 256 * 1024, ...given, ends };
};

/** The ends that come again and again. */
export const ok = 'ok status-200';
export const reset = 'cut-short reset > retry';
export const malformed = 'cut-short malformed-response > retry';
export const badEncoding = 'cut-short bad-encoding > retry';
export const tooLarge = 'cut-short too-large';
export const headTooLarge = 'cut-short head-too-large';
export const late = (stage: 'connect' | 'headers' | 'body' | 'total'): End => `timed-out ${stage} > retry`;
