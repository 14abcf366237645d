import { type OutgoingRequest, withoutHeaders } from './outgoing-request.ts';

export type Redirection =
  /** `host` is the politeness bucket, as the producer makes it: with the port where it is not the scheme's own. */
  | { kind: 'follow'; request: OutgoingRequest; host: string }
  | { kind: 'refuse'; why: 'redirect-scheme' | 'redirect-invalid' };

/** True for the answers that send the client elsewhere; 300, 304, 305 and 306 do not. */
export const isRedirect = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/**
 * The request that a redirect asks for (RFC 9110 section 15.4). What the user sent as a secret never leaves the origin it
 * was meant for, and is not sent again when a later hop comes back.
 * @param location the header's value, bytes as latin1
 */
export const redirectedRequest = (from: OutgoingRequest, status: number, location: string): Redirection => {
  const base = new URL(from.url);
  const url = URL.parse(utf8OfLatin1(location), from.url);
  if (url === null) return { kind: 'refuse', why: 'redirect-invalid' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'refuse', why: 'redirect-scheme' };
  url.hash = '';
  url.username = '';
  url.password = '';
  const method = redirectedMethod(from.method, status);
  const headers = url.origin === base.origin ? from.headers : withoutHeaders(from.headers, isSecret);
  const request = { ...from, url: url.href, method, headers };
  return { kind: 'follow', request: method === from.method ? request : withoutBody(request), host: url.host };
};

const redirectedMethod = (method: string, status: number): string => {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method;
};

const withoutBody = (request: OutgoingRequest): OutgoingRequest => ({
  ...request,
  body: null,
  headers: withoutHeaders(request.headers, (name) => name.startsWith('content-')),
});

/** Rather one too many: a header that is missed after a redirect harms less than a key in strange hands. */
const isSecret = (name: string): boolean => name === 'host' || secretName.test(name);
const secretName =
  /(^|-)(auth|authorization|cookie2?|credentials?|key|apikey|password|secret|session|signature|token)($|-)|token$/;

/** Servers write non-ASCII locations in UTF-8, but header bytes arrive as latin1. */
const utf8OfLatin1 = (text: string): string => {
  if (!/[\x80-\xff]/.test(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? text : decoded;
};
