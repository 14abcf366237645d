import type { ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';

type ReceivedHeaders = Record<string, string | string[] | undefined>;

/** Repeated headers become one text, in place: nearly every response has none, and a copy would be made for each. */
export const joinedHeaders = (received: ReceivedHeaders): ResponseHeaders => {
  for (const name in received) {
    const value = received[name];
    if (Array.isArray(value)) received[name] = value.join(name === 'set-cookie' ? '\n' : ', ');
  }
  return received as ResponseHeaders;
};

/** A redirect's target. An empty one is none: it would lead to the page itself. */
export const firstLocation = ({ location }: ReceivedHeaders): string | undefined =>
  (Array.isArray(location) ? location[0] : location) || undefined;
