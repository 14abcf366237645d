import * as deal from './deal-lines.ts';
import { pretendHosts } from './pretend-hosts.ts';
import { seededRandom, shuffled } from './seeded-random.ts';
import { type UrlList, urlList } from './url-list.ts';

const shares = [
  { dealer: deal.product, count: 1680 },
  { dealer: deal.redirected, count: 80 },
  { dealer: deal.flaky, count: 60 },
  { dealer: deal.missing, count: 60 },
  { dealer: deal.limited, count: 20 },
  { dealer: deal.looping, count: 4 },
  { dealer: deal.refused, count: 6 },
  { dealer: deal.bad, count: 20 },
];

const duplicates = 70;

/** The list that `npm start` crawls: 2,000 lines over 20 pretend shops, with what a crawl of it must record. */
export const exampleList = (port: number): UrlList => {
  const random = seededRandom(20);
  const first = deal.dealLines({ shares, hosts: pretendHosts(20), port, random });
  const again = deal.repeatLines(first, duplicates, random);
  const heading = 'Twenty pretend shops. Blank lines and lines that begin with # are no URLs.';
  return urlList(heading, shuffled([...first, ...again], random), 250);
};

export const exampleUrls = (port: number): string => exampleList(port).text;
