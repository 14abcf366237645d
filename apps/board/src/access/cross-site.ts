import { isLoopback } from '@trawl/shared/domain/listen-address.ts';

/** What a browser says of where a request comes from. A page cannot forge any of it. */
type Headers = Record<'host' | 'origin' | 'sec-fetch-site', string | undefined>;

export type Provenance =
  /** Sent by a page of ours. */
  | 'own-page'
  /** By a program: curl, a monitor. Nobody's browser was tricked into it. */
  | 'no-browser'
  /** By a page of somebody else, with the login of whoever looks at it. */
  | 'other-page';

/**
 * Who made a browser send a request that changes something. Every browser since 2020 says it in `Origin`, and since 2023 in
 * `Sec-Fetch-Site`, which also holds where a proxy changes the host.
 */
export const provenanceOf = ({ host, origin, 'sec-fetch-site': site }: Headers): Provenance => {
  if (site !== undefined) return site === 'same-origin' ? 'own-page' : 'other-page';
  if (origin === undefined) return 'no-browser';
  return URL.parse(origin)?.host === host?.toLowerCase() ? 'own-page' : 'other-page';
};

/**
 * Without credentials everybody who reaches the board may act, and a page may get here by a name of its own that it lets point to
 * 127.0.0.1 (DNS rebinding): then only names of this machine are answered.
 */
export const isLocalName = (host: string | undefined): boolean => {
  const hostname = URL.parse(`http://${host ?? ''}/`)?.hostname;
  return hostname !== undefined && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
};
