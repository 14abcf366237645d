import { mayBeGiven } from '@trawl/shared/domain/request-headers.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';

/** One request as it goes out: the first of a URL, or one of its redirect hops. */
export type OutgoingRequest = {
  /** Absolute http(s) URL without fragment and credentials. */
  url: string;
  method: string;
  /** Flat list name, value, name, value; names are lower case. */
  headers: string[];
  body: string | null;
  /** What the run's hosts have set, sent beside the user's own; absent: no cookies are kept. */
  cookies?: string;
};

export const firstRequest = (
  url: string,
  headers: string[],
  overrides: RequestOverrides | undefined,
): OutgoingRequest => {
  if (overrides === undefined) return { url, method: 'GET', headers, body: null };
  return {
    url,
    method: overrides.method?.toUpperCase() ?? 'GET',
    headers: overrides.headers === undefined ? headers : overlaid(headers, overrides.headers),
    body: overrides.body ?? null,
  };
};

/** A header of the line replaces the run's header of the same name. */
const overlaid = (headers: string[], changes: Record<string, string>): string[] => {
  const result = withoutHeaders(headers, (name) => Object.hasOwn(changes, name));
  for (const [name, value] of Object.entries(changes)) if (mayBeGiven(name)) result.push(name, value);
  return result;
};

export const isSameRequest = (a: OutgoingRequest, b: OutgoingRequest): boolean =>
  a.url === b.url &&
  a.method === b.method &&
  a.body === b.body &&
  a.cookies === b.cookies &&
  a.headers.length === b.headers.length &&
  a.headers.every((text, i) => text === b.headers[i]);

const validators: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since']);

/** Does the request say which version is known already? */
export const hasValidators = ({ headers }: OutgoingRequest): boolean =>
  headers.some((text, i) => i % 2 === 0 && validators.has(text));

export const withoutHeaders = (headers: string[], isUnwanted: (name: string) => boolean): string[] => {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!isUnwanted(name)) kept.push(name, headers[i + 1] as string);
  }
  return kept;
};

/**
 * Origin and target of an absolute URL, without parsing it again: a canonical URL has a path, and no fragment.
 * A URL without a path asks for `/`.
 */
export const splitUrl = (url: string): { origin: string; path: string } => {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  return slash === -1 ? { origin: url, path: '/' } : { origin: url.slice(0, slash), path: url.slice(slash) };
};

/** RFC 9110 section 9.2.2: asking twice is the same as asking once. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

export const isIdempotent = ({ method }: OutgoingRequest): boolean => idempotent.has(method);
