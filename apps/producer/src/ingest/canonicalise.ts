import type { CanonicalUrl } from '@trawl/shared/domain/canonical-url.ts';

export type Canonical =
  /** `host` is the politeness bucket: lower case, with the port where it is not the scheme's own. */
  | { kind: 'url'; url: CanonicalUrl; host: string }
  | { kind: 'invalid'; reason: 'not-a-url' | 'scheme-not-http' | 'no-host' | 'too-long' };

/** More than any server takes; a record of the frontier stays small. */
const longestUrlBytes = 64 * 1024;

/**
 * The one spelling of an http(s) URL: as the WHATWG parser writes it, without fragment and credentials. Path and query
 * keep their order and their spelling: to a server they may mean something. No scheme is guessed.
 * The result is ASCII without space or line break, and canonicalising it again changes nothing.
 */
export const canonicalise = (text: string): Canonical => {
  const parsed = URL.parse(text);
  if (parsed === null) return { kind: 'invalid', reason: lacksHost.test(text) ? 'no-host' : 'not-a-url' };
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    return { kind: 'invalid', reason: 'scheme-not-http' };
  const url = withoutPrivateParts(parsed);
  if (url.length > longestUrlBytes) return { kind: 'invalid', reason: 'too-long' };
  return { kind: 'url', url: url as CanonicalUrl, host: parsed.host };
};

/** `http://`, `https:///?x`, `http://:80/`, `http://user@/`. */
const lacksHost = /^[\0- ]*https?:[/\\]*(?![/\\])(?:[^/\\?#]*@)?(?:[:/\\?#]|$)/i;

function withoutPrivateParts(parsed: URL): string {
  const { href } = parsed;
  if (!href.includes('#') && !href.includes('@')) return href;
  parsed.hash = '';
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}
