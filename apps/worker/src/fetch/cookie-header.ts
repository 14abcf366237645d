import { type OutgoingRequest, withoutHeaders } from './outgoing-request.ts';

/** The request as it leaves: the jar's cookies behind those of the user, whose word on a cookie's name stands. */
export const withCookieHeader = (request: OutgoingRequest): OutgoingRequest => {
  const { cookies = '', headers } = request;
  if (cookies === '') return request;
  const own = headers.flatMap((text, i) => (i % 2 === 1 && headers[i - 1] === 'cookie' ? pairsOf(text) : []));
  const named = new Set(own.map(nameOf));
  const added = pairsOf(cookies).filter((pair) => !named.has(nameOf(pair)));
  const others = withoutHeaders(headers, (name) => name === 'cookie');
  return { ...request, headers: [...others, 'cookie', [...own, ...added].join('; ')] };
};

const pairsOf = (text: string): string[] =>
  text
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');

const nameOf = (pair: string): string => pair.split('=', 1)[0]?.trimEnd() ?? '';
