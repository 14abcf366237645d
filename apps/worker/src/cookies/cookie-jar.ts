import type { CookieStore } from '@trawl/shared/frontier/cookie-store.ts';
import { pathMatch } from 'tough-cookie';
import { decodeCookies, encodeCookie } from './cookie-lines.ts';
import { type KeptCookie, readSetCookie } from './read-set-cookie.ts';

export type CookieJarOptions = {
  store: CookieStore;
  run: string;
  /** Estimate of Redis ms. */
  nowMs: () => number;
};

/** Of one answer; the last ones count. */
const mostOfAnswer = 50;

/** A new expiry of the same cookie is worth writing down when it differs by more than this. */
const sameExpiryMs = 60_000;

/**
 * The cookies of a run's hosts during one fetch. Each host is read once; what the fetch's own answers set counts at once, what
 * other workers are told meanwhile with the next fetch. A host is a hostname: its sub-domains and siblings are others.
 */
export const openCookieJar = ({ store, run, nowMs }: CookieJarOptions) => {
  const ofHosts = new Map<string, KeptCookie[]>();

  const cookiesOf = async ({ hostname }: URL): Promise<KeptCookie[]> => {
    const known = ofHosts.get(hostname) ?? decodeCookies(await store.of(run, hostname));
    ofHosts.set(hostname, known);
    return known;
  };

  return {
    /** The value of the header `cookie` for a request to the URL; '' for none. */
    headerFor: async (text: string): Promise<string> => {
      const url = new URL(text);
      const now = nowMs();
      return (await cookiesOf(url))
        .filter((cookie) => isFor(cookie, url, now))
        .toSorted((a, b) => b.path.length - a.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ');
    },

    /** @param setCookie the headers `set-cookie` of an answer of the URL, a line each */
    keep: async (text: string, setCookie: string): Promise<void> => {
      const url = new URL(text);
      const known = await cookiesOf(url);
      const lines = setCookie
        .split('\n')
        .slice(-mostOfAnswer)
        .map((line) => readSetCookie(line, url, nowMs()))
        .filter((cookie) => cookie !== undefined)
        .filter((cookie) => !isKnown(cookie, known) && !wouldHideSecure(cookie, known, url))
        .map(encodeCookie);
      if (lines.length > 0) ofHosts.set(url.hostname, decodeCookies(await store.keep(run, url.hostname, lines)));
    },
  };
};

const isFor = ({ expiresMs, path, isSecure }: KeptCookie, url: URL, nowMs: number): boolean =>
  (expiresMs === 0 || expiresMs > nowMs) && (!isSecure || url.protocol === 'https:') && pathMatch(url.pathname, path);

const isKnown = (cookie: KeptCookie, known: KeptCookie[]): boolean =>
  known.some(
    ({ name, path, value, isSecure, expiresMs }) =>
      name === cookie.name &&
      path === cookie.path &&
      value === cookie.value &&
      isSecure === cookie.isSecure &&
      (expiresMs === 0) === (cookie.expiresMs === 0) &&
      Math.abs(expiresMs - cookie.expiresMs) < sameExpiryMs,
  );

/** RFC 6265bis section 5.7, "leave secure cookies alone": whoever is on the line of plain http may not replace them. */
const wouldHideSecure = (cookie: KeptCookie, known: KeptCookie[], url: URL): boolean =>
  url.protocol === 'http:' &&
  known.some(({ isSecure, name, path }) => isSecure && name === cookie.name && pathMatch(cookie.path, path));
