import { defaultPath, domainMatch, parse } from 'tough-cookie';

/** A cookie as its host may have it back. It belongs to that host alone, whatever `Domain` said. */
export type KeptCookie = {
  /** Redis ms; 0: it lasts as long as the run. */
  expiresMs: number;
  path: string;
  name: string;
  /** Over https only. */
  isSecure: boolean;
  value: string;
};

/** RFC 6265bis, sections 5.6 and 5.7: longer cookies are ignored, and none lives longer. */
const mostBytes = 4096;
const mostPathBytes = 1024;
const longestLifeMs = 400 * 86_400_000;

/** An expiry that has always passed: the host takes the cookie back. */
const passed = 1;

/** What a header `set-cookie` means to the host that sent it; undefined when it may not be kept. */
export const readSetCookie = (text: string, url: URL, nowMs: number): KeptCookie | undefined => {
  const cookie = parse(text);
  if (cookie === undefined) return undefined;
  const { key: name, value, domain, secure: isSecure } = cookie;
  const isOfAnother = domain !== null && domain !== url.hostname && domainMatch(url.hostname, domain) !== true;
  if (isOfAnother || name.length + value.length > mostBytes) return undefined;
  if (isSecure && url.protocol !== 'https:') return undefined;
  const path = pathOf(cookie.path, url);
  // RFC 6265bis section 4.1.3: what the prefixes promise must be so.
  if (/^__secure-/i.test(name) && !isSecure) return undefined;
  if (/^__host-/i.test(name) && !(isSecure && domain === null && cookie.path === '/')) return undefined;
  return { expiresMs: expiresMsOf(cookie.expiryTime(new Date(nowMs)), nowMs), path, name, isSecure, value };
};

/** An attribute that cannot be kept is as if there was none. */
const pathOf = (given: string | null, { pathname }: URL): string => {
  const isUsable = given !== null && given.length <= mostPathBytes && /^[\x20-\x7e\x80-\xff]*$/.test(given);
  const path = isUsable ? given : defaultPath(pathname);
  return path.length <= mostPathBytes ? path : '/';
};

const expiresMsOf = (expiresMs: number | undefined, nowMs: number): number => {
  if (expiresMs === undefined || Number.isNaN(expiresMs) || expiresMs === Number.POSITIVE_INFINITY) return 0;
  return expiresMs <= nowMs ? passed : Math.ceil(Math.min(expiresMs, nowMs + longestLifeMs));
};
