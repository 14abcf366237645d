import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';

/**
 * `user:password@` of a URL becomes basic auth (RFC 7617) of its request: their bytes as UTF-8, where the URL does not write
 * others. An `authorization` that the line gives itself stands.
 * @param text a URL that `canonicalise` takes
 */
export const withUrlCredentials = (
  text: string,
  overrides: RequestOverrides | undefined,
): RequestOverrides | undefined => {
  const parsed = text.includes('@') ? URL.parse(text) : null;
  if (parsed === null || (parsed.username === '' && parsed.password === '')) return overrides;
  const headers = overrides?.headers ?? {};
  if (Object.hasOwn(headers, 'authorization')) return overrides;
  const pair = Buffer.concat([percentDecoded(parsed.username), Buffer.from(':'), percentDecoded(parsed.password)]);
  return { ...overrides, headers: { ...headers, authorization: `Basic ${pair.toString('base64')}` } };
};

/** A percent sign without two digits behind it is itself. The parser has left nothing but ASCII. */
const percentDecoded = (text: string): Buffer =>
  Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );
