import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { OutcomeClass } from '@trawl/shared/domain/outcome-class.ts';
import { pretendHosts } from '../pretend-web/pretend-hosts.ts';
import { seededRandom, shuffled } from '../pretend-web/seeded-random.ts';
import { dealPoison } from './poison.ts';
import { choicesOf } from './seeded-choice.ts';

/** One input line with what must become of it. */
export type DealtLine = {
  line: string;
  class: OutcomeClass;
  /** Where the origin sees it, and how often when nothing is broken; absent: it never does. */
  asked?: { host: string; path: string; most: number };
};

export type DealtRun = {
  run: string;
  lines: DealtLine[];
  hosts: string[];
  settings: Partial<CrawlSettings> & { perHost: number; perHostGapMs: number; ratePerSecond: number; attempts: number };
  /** Cancelled when so many lines have their outcome. */
  cancelAt?: number;
};

type Make = (n: number, host: string, port: number) => DealtLine;

const attempts = 3;

const page =
  (outcome: OutcomeClass, most: number, pathOf: (n: number) => string): Make =>
  (n, host, port) => {
    const path = pathOf(n);
    return { line: `http://${host}:${port}${path}`, class: outcome, asked: { host, path, most } };
  };

const badLines = [
  'not a url',
  'ftp://x/',
  'http://',
  'mailto:shop@example.invalid',
  'http://exa mple/',
  'http://h:99999/',
];

/** Parts per 1,000; the first takes the rest. Hosts that refuse, and pages that are slow, cost time: they are few. */
const makers: { perMille: number; make: Make }[] = [
  { perMille: 0, make: page('ok', 1, (n) => `/ok?n=${n}&delay=${(n * 7) % 30}`) },
  { perMille: 200, make: page('ok', 1, (n) => `/json?bytes=700&id=${n}`) },
  { perMille: 80, make: page('http-error', 1, (n) => `/status/404?n=${n}`) },
  { perMille: 60, make: page('ok', 2, (n) => `/flaky?id=${n}&fails=1&status=500`) },
  { perMille: 10, make: page('http-error', attempts, (n) => `/status/500?n=${n}`) },
  { perMille: 3, make: page('ok', 2, (n) => `/limited?id=${n}&times=1&retry-after=1`) },
  { perMille: 10, make: page('cut-short', attempts * 2, (n) => `/reset?n=${n}`) },
  { perMille: 15, make: page('ok', 1, (n) => `/ok?n=${n}&delay=${300 + (n % 900)}`) },
  { perMille: 30, make: page('ok', 1, (n) => `/redirect?to=/ok&hops=${(n % 3) + 1}&n=${n}`) },
  { perMille: 5, make: page('forbidden', 1, (n) => `/redirect-loop?n=${n}`) },
  { perMille: 5, make: (n, host) => ({ line: `http://${host}:2/refused/${n}`, class: 'unreachable' }) },
  { perMille: 20, make: (n) => ({ line: badLines[n % badLines.length] ?? '', class: 'invalid' }) },
];
const duplicatesPerMille = 40;

/** @param first the number of its first line among all of the round: no URL is dealt twice */
export const dealLines = (options: {
  count: number;
  first: number;
  hosts: string[];
  port: number;
  random: () => number;
}): DealtLine[] => {
  const { count, first, hosts, port, random } = options;
  const choose = choicesOf(random);
  const counts = makers.map(({ perMille }) => Math.round((count * perMille) / 1000));
  const duplicates = Math.round((count * duplicatesPerMille) / 1000);
  counts[0] = count - duplicates - counts.reduce((sum, each) => sum + each, 0);
  const wanted = makers.flatMap(({ make }, i) => Array.from({ length: counts[i] ?? 0 }, () => make));
  const lines = shuffled(
    wanted.map((make, i) => make(first + i, choose.oneOf(hosts), port)),
    random,
  );
  const urls = lines.filter((dealt) => dealt.class !== 'invalid');
  // Behind what they repeat: the first line of a URL is the one that is fetched.
  const again = Array.from({ length: duplicates }, (): DealtLine => {
    return { line: `${choose.oneOf(urls).line}#again`, class: 'duplicate' };
  });
  return [...lines, ...again];
};

export const roundKinds = [
  'plain',
  'gap',
  'cancelled',
  'rate',
  'many small',
  'poison',
  'flushed',
  'data directory',
  'sentinel',
] as const;
export type RoundKind = (typeof roundKinds)[number];

export const kindOfRound = (round: number): RoundKind => roundKinds[round % roundKinds.length] ?? 'plain';

/** The runs of one round, on hosts of their own, so that each host has one limit to keep. */
export const dealRound = (options: {
  round: number;
  kind: RoundKind;
  seed: number;
  lines: number;
  port: number;
}): DealtRun[] => {
  const { round, kind, lines, port } = options;
  const random = seededRandom(options.seed);
  let [nextHost, nextLine] = [0, 0];
  const hosts = pretendHosts(600);
  const run = (
    name: string,
    {
      count,
      hostCount,
      cancelAt,
      deal = dealLines,
      ...changes
    }: { count: number; hostCount: number; cancelAt?: number; deal?: typeof dealLines } & Partial<CrawlSettings>,
  ): DealtRun => {
    const own = hosts.slice(nextHost, (nextHost += hostCount));
    const dealt = deal({ count, first: nextLine, hosts: own, port, random });
    nextLine += count;
    const settings = {
      perHost: 4,
      perHostGapMs: 0,
      ratePerSecond: 0,
      attempts,
      backoffMs: 50,
      backoffCapMs: 500,
      totalTimeoutMs: 4000,
      ...changes,
    };
    return {
      run: `r${round}-${name}`,
      lines: dealt,
      hosts: own,
      settings,
      ...(cancelAt !== undefined && { cancelAt }),
    };
  };

  switch (kind) {
    case 'plain':
      return [run('plain', { count: lines, hostCount: 200 })];
    case 'gap':
      return [
        run('gap', { count: Math.ceil(lines / 4), hostCount: 150, perHost: 2, perHostGapMs: 200 }),
        run('beside', { count: Math.ceil(lines / 4), hostCount: 40, perHost: 2 }),
      ];
    case 'rate':
      return [run('rate', { count: Math.ceil(lines / 4), hostCount: 100, ratePerSecond: 100 })];
    case 'cancelled':
      return [
        run('cancelled', { count: lines, hostCount: 100, cancelAt: Math.ceil(lines / 5) }),
        run('stays', { count: Math.ceil(lines / 4), hostCount: 60, perHost: 2 }),
      ];
    case 'poison':
      return [run('poison', { count: Math.ceil(lines / 8), hostCount: 60, deal: dealPoison, attempts: 20 })];
    case 'flushed':
      return [
        run('fleet', { count: Math.ceil(lines / 8), hostCount: 100 }),
        run('command', { count: Math.ceil(lines / 8), hostCount: 100 }),
        run('after', { count: Math.ceil(lines / 50), hostCount: 20 }),
      ];
    case 'data directory':
      return [run('own', { count: Math.ceil(lines / 8), hostCount: 40, ratePerSecond: 80 })];
    case 'sentinel':
      return [
        run('sentinel', { count: Math.ceil(lines / 3), hostCount: 100 }),
        run('paced', { count: Math.ceil(lines / 20), hostCount: 30, perHost: 2, perHostGapMs: 200 }),
      ];
    case 'many small':
      return Array.from({ length: 8 }, (_, i) =>
        run(`small-${i}`, { count: Math.ceil(lines / 16), hostCount: 15, perHost: (i % 3) + 1 }),
      );
  }
};
