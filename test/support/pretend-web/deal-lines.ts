import { spellings } from './respell-url.ts';
import { below } from './seeded-random.ts';
import type { DealtLine } from './url-list.ts';

/** What a dealer may use: the `n` it gets is its own within the list, so that no two lines name the same URL. */
export type Place = { n: number; host: string; port: number };

/** How one kind of line is made; all lines of a kind end in the same class. */
export type Dealer = { class: DealtLine['class']; make: (place: Place) => string };

export type Deal = {
  /** How many lines of each kind, in the order of the file before it is shuffled. */
  shares: readonly { dealer: Dealer; count: number }[];
  hosts: readonly string[];
  port: number;
  random: () => number;
};

/** Makes the lines of every share, each on a host drawn by `random`. */
export const dealLines = ({ shares, hosts, port, random }: Deal): DealtLine[] => {
  const wanted = shares.flatMap(({ dealer, count }) => Array.from({ length: count }, () => dealer));
  return wanted.map((dealer, n) => {
    const host = hosts[below(random, hosts.length)] ?? '127.0.0.1';
    return { line: dealer.make({ n, host, port }), class: dealer.class };
  });
};

/** Repeats `count` of these lines, in each spelling in turn. Only lines that are URLs are repeated. */
export const repeatLines = (from: readonly DealtLine[], count: number, random: () => number): DealtLine[] => {
  const urls = from.filter((dealt) => dealt.class !== 'invalid').map((dealt) => dealt.line);
  const choices = spellings
    .map((spell) => urls.map(spell).filter((spelt) => spelt !== undefined))
    .filter((spelt) => spelt.length > 0);
  return Array.from({ length: count }, (_, turn) => {
    const spelt = choices[turn % choices.length] ?? [];
    return { line: spelt[below(random, spelt.length)] ?? '', class: 'duplicate' };
  });
};

const page = (outcome: DealtLine['class'], path: (n: number) => string): Dealer => ({
  class: outcome,
  make: ({ n, host, port }) => `http://${host}:${port}${path(n)}`,
});

/** A page, a JSON document, a tiny answer or a redirect to one, in turn; with a short delay now and then. */
export const ok: Dealer = page('ok', (n) => {
  if (n % 10 === 0) return `/redirect?to=/ok&hops=${(n % 3) + 1}&n=${n}`;
  if (n % 3 === 0) return `/page?bytes=4096&id=${n}`;
  return n % 3 === 1 ? `/json?bytes=1024&id=${n}` : `/ok?n=${n}&delay=${n % 20}`;
});

export const product: Dealer = page('ok', (n) => `/products/${n + 1}?delay=${120 + ((n * 53) % 360)}`);
export const redirected: Dealer = page('ok', (n) => `/redirect?to=/products/${n + 1}&hops=${(n % 3) + 1}`);
/** Fails once: a second try is all it takes, so any crawl with two attempts or more ends well. */
export const flaky: Dealer = page('ok', (n) => `/flaky?id=${n}&fails=1&status=500`);
export const limited: Dealer = page('ok', (n) => `/limited?id=${n}&times=1&retry-after=1`);
export const missing: Dealer = page('http-error', (n) => `/status/404?n=${n}`);
export const broken: Dealer = page('http-error', (n) => `/status/500?n=${n}`);
export const silent: Dealer = page('timed-out', (n) => `/silent?n=${n}`);
export const looping: Dealer = page('forbidden', (n) => `/redirect-loop?n=${n}`);

/** Nobody listens on port 2 of a loopback address. */
export const refused: Dealer = { class: 'unreachable', make: ({ n, host }) => `http://${host}:2/refused/${n}` };

/** `.invalid` never resolves (RFC 6761). */
export const nameless: Dealer = { class: 'unreachable', make: ({ n }) => `http://nosuch-${n}.invalid/` };

const badLines = [
  'not a url',
  'ftp://x/',
  'http://',
  'mailto:shop@example.invalid',
  '/products/1',
  'http://exa mple/',
  'http://h:99999/',
];

export const bad: Dealer = { class: 'invalid', make: ({ n }) => badLines[n % badLines.length] ?? '' };
