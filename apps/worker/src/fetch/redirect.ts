import type { RedirectRefusal } from '@trawl/shared/domain/fetch-outcome.ts';
import { isSameRequest, type OutgoingRequest, withoutHeaders } from './outgoing-request.ts';

export type Redirection =
  /** `host` is the politeness bucket, as the producer makes it: with the port where it is not the scheme's own. */
  | { kind: 'follow'; request: OutgoingRequest; host: string }
  | { kind: 'refuse'; why: Exclude<RedirectRefusal, 'redirect-limit' | 'redirect-loop'> };

/** True for the answers that send the client elsewhere; 300, 304, 305 and 306 do not. */
export const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/** As for lines of a source. */
const mostUrlBytes = 64 * 1024;

/**
 * The request that a redirect asks for (RFC 9110 section 15.4, and the fetch standard where that is more exact). What the user
 * sent to one origin never reaches another, and is not sent again when a later hop comes back.
 * Cookies are not in it yet.
 * @param from the redirected one
 * @param location the header's value, bytes as latin1; undefined when several were named
 */
export const redirectedRequest = (from: OutgoingRequest, status: number, location: string | undefined): Redirection => {
  const url = location === undefined ? null : URL.parse(utf8OfLatin1(location), from.url);
  if (url === null) return { kind: 'refuse', why: 'redirect-invalid' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'refuse', why: 'redirect-scheme' };
  if (url.href.length > mostUrlBytes) return { kind: 'refuse', why: 'redirect-invalid' };
  url.hash = '';
  url.username = '';
  url.password = '';
  const method = redirectedMethod(from.method, status);
  const isSameOrigin = url.origin === new URL(from.url).origin;
  const headers = isSameOrigin ? from.headers : withoutHeaders(from.headers, (name) => !mayTravel.has(name));
  const moved = { url: url.href, method, headers, body: from.body };
  const request = method === from.method ? moved : withoutBody(moved);
  return { kind: 'follow', request, host: url.host };
};

/** Nothing would be different the next time: whatever the host remembers of us, we would send nothing new. */
export const isLoop = (trail: OutgoingRequest[], next: OutgoingRequest): boolean =>
  trail.some((earlier) => isSameRequest(earlier, next));

const redirectedMethod = (method: string, status: number): string => {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method;
};

const withoutBody = (request: OutgoingRequest): OutgoingRequest => ({
  ...request,
  body: null,
  headers: withoutHeaders(request.headers, (name) => name.startsWith('content-')),
});

/**
 * What other origins may see: how we speak, never who we are or what we know. A header that is missed after a redirect harms
 * less than a key in strange hands, and any name may carry a key.
 */
const mayTravel: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'dnt',
  'pragma',
  'priority',
  'range',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-gpc',
  'upgrade-insecure-requests',
  'user-agent',
]);

/** Servers write non-ASCII locations in UTF-8, but header bytes arrive as latin1. */
const utf8OfLatin1 = (text: string): string => {
  if (!/[\x80-\xff]/.test(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? text : decoded;
};
