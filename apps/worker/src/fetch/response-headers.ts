import type { CutShort, ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';

type ReceivedHeaders = Record<string, string | string[] | undefined>;

/** Repeated headers become one text, in place: nearly every response has none, and a copy would be made for each. */
export const joinedHeaders = (received: ReceivedHeaders): ResponseHeaders => {
  for (const name in received) {
    const value = received[name];
    if (Array.isArray(value)) received[name] = value.join(name === 'set-cookie' ? '\n' : ', ');
  }
  return received as ResponseHeaders;
};

/** Honest answers have up to a hundred. */
const mostHeaders = 500;

/** Why an answer with this head is not taken, though its parser took it. */
export const flawOf = (status: number, headers: ResponseHeaders, headerLines: number): CutShort | undefined => {
  // RFC 9110 section 15: a status has three digits, the first of them from 1.
  if (status < 100) return 'malformed-response';
  if (headerLines > mostHeaders) return 'head-too-large';
  // Codings of the transfer besides chunks, which nobody asked for, would be taken for the body.
  const transferCoding = headers['transfer-encoding'];
  return transferCoding === undefined || /^(chunked|identity)[ \t]*$/i.test(transferCoding)
    ? undefined
    : 'bad-encoding';
};

/** Bytes of the body as announced; the parser has refused what is no number. */
export const lengthOf = (headers: ResponseHeaders): number | undefined => {
  const length = headers['content-length'];
  return length === undefined || length === '' ? undefined : Number(length);
};

/** Does nothing but the end of its connection say where the body ends? */
export const endsWithConnection = (headers: ResponseHeaders): boolean =>
  lengthOf(headers) === undefined && !/^chunked/i.test(headers['transfer-encoding'] ?? '');

export type Location = { kind: 'none' } | { kind: 'one'; value: string } | { kind: 'several' };

/** A redirect's target. An empty one is none: it would lead to the page itself. Several that differ are none that can be trusted. */
export const locationOf = ({ location }: ReceivedHeaders): Location => {
  const values = new Set(Array.isArray(location) ? location : [location ?? '']);
  if (values.size > 1) return { kind: 'several' };
  const [value = ''] = values;
  return value === '' ? { kind: 'none' } : { kind: 'one', value };
};
