import { productOf } from '@trawl/shared/domain/robots-product.ts';
import { describe, expect, test } from 'vitest';
import { createRobotsParser, isAllowed, type RobotsRules } from '../../../apps/worker/src/robots/robots-rules.ts';

const parseRobots = (text: string, product: string): RobotsRules => {
  const parser = createRobotsParser(product);
  parser.take(text);
  return parser.rules();
};

const mayFetch = (robots: string, path: string, product = 'Trawl'): boolean =>
  isAllowed(parseRobots(robots, product), new URL(path, 'https://h.example').href);

describe('which group is ours', () => {
  const robots = `
user-agent: OtherBot
disallow: /

User-Agent: trawl
Disallow: /ours

user-agent: *
disallow: /everybody`;

  test('the one of our name, whatever its case, instead of the one for everybody', () => {
    expect(mayFetch(robots, '/ours/x')).toBe(false);
    expect(mayFetch(robots, '/everybody')).toBe(true);
    expect(mayFetch(robots, '/')).toBe(true);
  });
  test('the one for everybody where none has our name', () => {
    expect(mayFetch(robots, '/everybody', 'Someone')).toBe(false);
    expect(mayFetch(robots, '/ours', 'Someone')).toBe(true);
  });
  test('a longer or shorter name is another one', () => {
    expect(mayFetch('user-agent: trawler\ndisallow: /', '/x')).toBe(true);
    expect(mayFetch('user-agent: traw\ndisallow: /', '/x')).toBe(true);
  });
  test('a version or a comment behind the name does not matter', () => {
    expect(mayFetch('user-agent: Trawl/2.0 (beta)\ndisallow: /', '/x')).toBe(false);
    expect(mayFetch('user-agent: Trawl # that one\ndisallow: / # all', '/x')).toBe(false);
  });
  test('all groups of our name count together, and names that follow each other share their rules', () => {
    const two = 'user-agent: trawl\ndisallow: /a\n\nuser-agent: other\nuser-agent: Trawl\ndisallow: /b';
    expect(mayFetch(two, '/a')).toBe(false);
    expect(mayFetch(two, '/b')).toBe(false);
    expect(mayFetch(two, '/b', 'other')).toBe(false);
    expect(mayFetch(two, '/a', 'other')).toBe(true);
  });
  test('a group without rules allows all, and still is ours', () => {
    expect(mayFetch('user-agent: trawl\n\nuser-agent: *\nallow: /x', '/y')).toBe(true);
    expect(mayFetch('user-agent: *\ndisallow: /\n\nuser-agent: trawl\ndisallow:', '/y')).toBe(true);
  });
  test('rules before the first name, and lines that are none, are passed over', () => {
    expect(mayFetch('disallow: /\nnonsense\n: x\nuser-agent: *\nsitemap: https://h/s.xml\ndisallow: /a', '/b')).toBe(
      true,
    );
    expect(mayFetch('user-agent: *\nsitemap: https://h/s.xml\ndisallow: /a', '/a')).toBe(false);
  });
});

describe('which rule decides', () => {
  const cases: [rules: string, path: string, allowed: boolean][] = [
    ['disallow: /fish', '/fish', false],
    ['disallow: /fish', '/fish.html', false],
    ['disallow: /fish', '/Fish.asp', true],
    ['disallow: /fish', '/catfish', true],
    ['disallow: /fish/', '/fish', true],
    ['disallow: /*.php', '/folder/filename.php?parameters', false],
    ['disallow: /*.php$', '/filename.php', false],
    ['disallow: /*.php$', '/filename.php?parameters', true],
    ['disallow: /*.php$', '/a.php/b.php', false],
    ['disallow: /fish*.php', '/fishheads/catfish.php?parameters', false],
    ['disallow: /\nallow: /p', '/page', true],
    ['allow: /folder\ndisallow: /folder', '/folder/page', true],
    ['allow: /page\ndisallow: /*.htm', '/page.htm', false],
    ['allow: /page\ndisallow: /*.ph', '/page.php5', true],
    ['allow: /$\ndisallow: /', '/', true],
    ['allow: /$\ndisallow: /', '/page.htm', false],
    ['disallow: *', '/x', false],
    ['disallow: $', '/x', true],
    ['disallow: /$', '/', false],
    ['disallow: /a?b=1', '/a?b=12', false],
    ['disallow: /*?', '/a?b', false],
    ['disallow: /*?', '/a', true],
    ['disallow: /a*$', '/abc', false],
    ['disallow: /robots.txt', '/robots.txt', true],
    ['disallow:', '/x', true],
    ['disallow: ab', '/ab', true],
  ];
  test.each(cases)('%j: %s', (rules, path, allowed) => {
    expect(mayFetch(`user-agent: *\n${rules}`, path)).toBe(allowed);
  });

  test('percent-encoding does not hide a path', () => {
    expect(mayFetch('user-agent: *\ndisallow: /a%62c', '/abc')).toBe(false);
    expect(mayFetch('user-agent: *\ndisallow: /abc', '/a%62c')).toBe(false);
    expect(mayFetch('user-agent: *\ndisallow: /a%2fb', '/a%2Fb')).toBe(false);
    expect(mayFetch('user-agent: *\ndisallow: /a%2fb', '/a/b')).toBe(true);
    expect(mayFetch('user-agent: *\ndisallow: /ツ', '/%E3%83%84')).toBe(false);
    expect(mayFetch('user-agent: *\ndisallow: /%e3%83%84', '/ツ')).toBe(false);
    expect(mayFetch('user-agent: *\ndisallow: /price-%24', '/price-$')).toBe(false);
    expect(mayFetch('user-agent: *\ndisallow: /a-%2A-b', '/a-x-b')).toBe(true);
    expect(mayFetch('user-agent: *\ndisallow: /100%', '/100%')).toBe(false);
  });
});

describe('how it may be written', () => {
  const wanted = 'user-agent: *\ndisallow: /a\ndisallow: /b';
  test.each([
    ['with CR LF', wanted.replaceAll('\n', '\r\n')],
    ['with CR only', wanted.replaceAll('\n', '\r')],
    ['after a byte order mark', `\uFEFF${wanted}`],
    ['with spaces about', wanted.replaceAll(': ', ' \t:  \t')],
    ['in capitals', wanted.toUpperCase().replace('/A', '/a').replace('/B', '/b')],
    ['with empty lines between', wanted.replaceAll('\n', '\n\n\n')],
  ])('%s', (_how, robots) => {
    expect(mayFetch(robots, '/a')).toBe(false);
    expect(mayFetch(robots, '/b')).toBe(false);
    expect(mayFetch(robots, '/c')).toBe(true);
  });

  test('the delay is the one of our group, and only a number', () => {
    expect(parseRobots('user-agent: *\ncrawl-delay: 2.5', 'Trawl').crawlDelayS).toBe(2.5);
    expect(
      parseRobots('user-agent: *\ncrawl-delay: 2\n\nuser-agent: trawl\nallow: /', 'Trawl').crawlDelayS,
    ).toBeUndefined();
    for (const bad of ['-1', 'x', '', '1e9', 'Infinity'])
      expect(parseRobots(`user-agent: *\ncrawl-delay: ${bad}`, 'Trawl').crawlDelayS).toBeUndefined();
  });

  test('our name is the first word of the header that we send', () => {
    expect(productOf('ShopMonitor/1.0 (+https://example.com/bot)')).toBe('shopmonitor');
    expect(productOf('my_bot-x 3')).toBe('my_bot-x');
    expect(productOf('(none)')).toBe('');
  });

  test('a pattern of nothing but stars takes no time worth mentioning', () => {
    const robots = `user-agent: *\ndisallow: /${'*a'.repeat(2000)}b$`;
    expect(mayFetch(robots, `/${'a'.repeat(8000)}`)).toBe(true);
  });
});
