import * as deal from './deal-lines.ts';
import { pretendHosts } from './pretend-hosts.ts';
import { seededRandom, shuffled } from './seeded-random.ts';
import { type UrlList, urlList } from './url-list.ts';

/** Parts per 1,000 lines. Timeouts are rare because each costs its whole timeout at every attempt; `ok` is the rest. */
const perMille = [
  { dealer: deal.missing, share: 50 },
  { dealer: deal.flaky, share: 50 },
  { dealer: deal.broken, share: 10 },
  { dealer: deal.limited, share: 10 },
  { dealer: deal.silent, share: 3 },
  { dealer: deal.refused, share: 5 },
  { dealer: deal.nameless, share: 5 },
  { dealer: deal.bad, share: 20 },
];

const duplicatesPerMille = 50;

export type MixedUrlsOptions = {
  /** Port of the pretend web. */
  port: number;
  /** Input lines, comments and blank lines not counted; at least 20. */
  lines: number;
  /** How many of `pretendHosts` are used. */
  hosts: number;
  seed: number;
  /** Default true. Without lines that only a timeout ends, the timeout of the crawl may be one that no slow machine misses. */
  silent?: boolean;
};

/**
 * Everything that can happen to a line, shuffled; at least one line of every kind. The classes hold for a crawl with two
 * attempts or more, a total timeout that the answers (20 ms) keep and /silent does not, and private addresses allowed.
 */
export const mixedUrls = ({ port, lines, hosts, seed, silent = true }: MixedUrlsOptions): UrlList => {
  if (lines < 20) throw new Error(`a mixed list needs 20 lines or more, got ${lines}`);
  const random = seededRandom(seed);
  const partOf = (share: number): number => Math.max(1, Math.round((lines * share) / 1000));
  const kinds = perMille.filter(({ dealer }) => silent || dealer !== deal.silent);
  const special = kinds.map(({ dealer, share }) => ({ dealer, count: partOf(share) }));
  const duplicates = partOf(duplicatesPerMille);
  const rest = lines - duplicates - special.reduce((sum, { count }) => sum + count, 0);

  const shares = [...special, { dealer: deal.ok, count: rest }];
  const first = deal.dealLines({ shares, hosts: pretendHosts(hosts), port, random });
  const again = deal.repeatLines(first, duplicates, random);
  return urlList(`${lines} mixed lines over ${hosts} hosts, seed ${seed}`, shuffled([...first, ...again], random), 500);
};
