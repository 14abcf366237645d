import { productOf } from '@trawl/shared/domain/robots-product.ts';
import { type PathPattern, pathPatternOf, readablePath } from './path-pattern.ts';

/** What a host's robots.txt says to us. */
export type RobotsRules = {
  rules: RobotsRule[];
  /** Seconds between two requests that our group asks for; absent: it says nothing, or nothing that is a number. */
  crawlDelayS?: number;
};

export type RobotsRule = { allows: boolean; pattern: PathPattern };

/** A robots.txt on the way to its rules: whole lines one after the other, then what they say. */
export type RobotsParser = { take: (lines: string) => void; rules: () => RobotsRules };

/**
 * Understands a robots.txt by RFC 9309 for one crawler. Lines are taken decoded as UTF-8.
 * @param product our product token: the first word of the User-Agent header, up to what is not a letter, `_` or `-`
 */
export const createRobotsParser = (product: string): RobotsParser => {
  const own = emptyGroup();
  const everybodys = emptyGroup();
  let groups: Group[] = [];
  let isNaming = false;

  const takeLine = ({ key, value }: Line): void => {
    if (key === 'user-agent') {
      if (!isNaming) groups = [];
      isNaming = true;
      if (value === '*' || value.startsWith('* ')) groups.push(everybodys);
      else if (productOf(value) === product.toLowerCase()) groups.push(own);
      for (const group of groups) group.isNamed = true;
    } else if (key === 'allow' || key === 'disallow') {
      isNaming = false;
      if (value !== '') addRule(groups, { allows: key === 'allow', pattern: pathPatternOf(value) });
    } else if (key === 'crawl-delay') {
      isNaming = false;
      const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
      if (seconds !== undefined) for (const group of groups) group.crawlDelayS ??= seconds;
    }
    // Anything else (sitemap, host, a typing error) belongs to no group and ends none.
  };
  return {
    take: (lines) => {
      for (const line of linesOf(lines)) takeLine(line);
    },
    rules: () => {
      const { rules, crawlDelayS } = own.isNamed ? own : everybodys;
      return { rules, ...(crawlDelayS === undefined ? {} : { crawlDelayS }) };
    },
  };
};

/** The longest pattern that fits decides; of two equally long ones, the one that allows. Without one, all is allowed. */
export const isAllowed = ({ rules }: RobotsRules, url: string): boolean => {
  if (rules.length === 0) return true;
  const { pathname, search } = new URL(url);
  const path = readablePath(`${pathname}${search}`);
  if (path === '/robots.txt') return true;
  let best: RobotsRule | undefined;
  for (const rule of rules) {
    const { length } = rule.pattern;
    const isBetter =
      best === undefined || length > best.pattern.length || (length === best.pattern.length && rule.allows);
    if (isBetter && rule.pattern.fits(path)) best = rule;
  }
  return best?.allows ?? true;
};

type Line = { key: string; value: string };
type Group = { isNamed: boolean; rules: RobotsRule[]; crawlDelayS?: number };

const emptyGroup = (): Group => ({ isNamed: false, rules: [] });

const addRule = (groups: Group[], rule: RobotsRule): void => {
  for (const group of new Set(groups)) group.rules.push(rule);
};

function* linesOf(text: string): Generator<Line> {
  for (const line of text.split(/\r\n|\r|\n/)) {
    const bare = line.replace(/#.*$/s, '');
    const colon = bare.indexOf(':');
    if (colon < 0) continue;
    yield { key: bare.slice(0, colon).trim().toLowerCase(), value: bare.slice(colon + 1).trim() };
  }
}
