import { once } from 'node:events';
import { connect } from 'node:net';
import type { OutcomeClass } from '@trawl/shared/domain/outcome-class.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleList, exampleUrls } from '../../support/pretend-web/example-urls.ts';
import { mixedUrls } from '../../support/pretend-web/mixed-urls.ts';
import { spellings } from '../../support/pretend-web/respell-url.ts';
import { type PretendWeb, startPretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import type { UrlList } from '../../support/pretend-web/url-list.ts';
import { askWeb } from './ask-web.ts';

let web: PretendWeb;

beforeAll(async () => {
  web = await startPretendWeb();
});
afterAll(() => web.close());

const inputLines = (list: UrlList): string[] =>
  list.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Crawls a list one line after the other, as simply as can be, and counts the endings. */
const crawl = async (list: UrlList): Promise<Partial<Record<OutcomeClass, number>>> => {
  const seen = new Set<string>();
  const counts: Partial<Record<OutcomeClass, number>> = {};
  for (const line of inputLines(list)) {
    const outcome = await endingOf(line, seen);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
};

const endingOf = async (line: string, seen: Set<string>): Promise<OutcomeClass> => {
  const url = URL.parse(line);
  if (url === null || url.protocol !== 'http:') return 'invalid';
  url.hash = '';
  if (seen.has(url.href)) return 'duplicate';
  seen.add(url.href);
  if (url.hostname.endsWith('.invalid')) return 'unreachable';
  if (url.port === '2') return endingOfRefused(url);
  return url.pathname === '/silent' ? endingOfSilent(url) : endingOfAnswer(url);
};

const endingOfRefused = async (url: URL): Promise<OutcomeClass> => {
  const [error] = await once(connect(Number(url.port), url.hostname), 'connect').catch((thrown) => [thrown]);
  return error?.code === 'ECONNREFUSED' ? 'unreachable' : 'ok';
};

/** That /silent never answers cannot be waited for: here it is enough that the request arrives. */
const endingOfSilent = async (url: URL): Promise<OutcomeClass> => {
  const before = web.arrivals.total();
  const leaving = new AbortController();
  const asked = fetch(url, { signal: leaving.signal }).then(
    () => 'ok' as const,
    () => 'timed-out' as const,
  );
  await web.arrivals.reached(before + 1);
  leaving.abort();
  return asked;
};

const endingOfAnswer = async (url: URL): Promise<OutcomeClass> => {
  let at = url.href;
  for (let tries = 1, hops = 0; tries <= 2; ) {
    const { status, headers } = await askWeb(at);
    if (status === 200) return 'ok';
    if (headers.location === undefined) tries += 1;
    else if ((hops += 1) > 5) return 'forbidden';
    else at = new URL(headers.location, at).href;
  }
  return 'http-error';
};

const named = (list: UrlList): Partial<Record<OutcomeClass, number>> =>
  Object.fromEntries(Object.entries(list.expected).filter(([, count]) => count > 0));

describe('mixedUrls', () => {
  it('predicts how each of its lines ends', async () => {
    const list = mixedUrls({ port: web.port, lines: 400, hosts: 10, seed: 1 });
    expect(await crawl(list)).toEqual(named(list));
  });

  it('has as many input lines as asked for, and as many classes', () => {
    const list = mixedUrls({ port: 8080, lines: 10_000, hosts: 50, seed: 2 });
    expect([inputLines(list).length, list.inputLines]).toEqual([10_000, 10_000]);
    expect(Object.values(list.expected).reduce((a, b) => a + b)).toBe(10_000);
    expect(list.expected).toMatchObject({ 'timed-out': 30, unreachable: 100, duplicate: 500, invalid: 200 });
    expect(new Set(list.text.match(/127\.10\.0\.\d+/g)).size).toBe(50);
  });

  it('repeats lines in every spelling', () => {
    const { text } = mixedUrls({ port: 8080, lines: 1000, hosts: 5, seed: 3 });
    for (const sign of ['#section-2', 'HTTP://', '/gone/../', '0X7F.', 'NOSUCH-', '.invalid:80/'])
      expect(text).toContain(sign);
  });

  it('is the same for the same seed and another for another', () => {
    const of = (seed: number) => mixedUrls({ port: 8080, lines: 100, hosts: 5, seed }).text;
    expect(of(4)).toBe(of(4));
    expect(of(4)).not.toBe(of(5));
  });

  it('has every kind of line even when it is short, and refuses to be shorter', () => {
    const { expected } = mixedUrls({ port: 8080, lines: 20, hosts: 1, seed: 6 });
    for (const kind of ['ok', 'http-error', 'timed-out', 'unreachable', 'invalid', 'duplicate'] as const)
      expect(expected[kind]).toBeGreaterThan(0);
    expect(() => mixedUrls({ port: 8080, lines: 19, hosts: 1, seed: 6 })).toThrow('20 lines');
  });
});

describe('the example list', () => {
  it('predicts how each of its lines ends', { timeout: 60_000 }, async () => {
    const quick = (list: UrlList): UrlList => ({ ...list, text: list.text.replaceAll(/\?delay=\d+/g, '') });
    const list = quick(exampleList(web.port));
    expect(await crawl(list)).toEqual(named(list));
  });

  it('is two thousand lines with comments, over twenty hosts', () => {
    const list = exampleList(8080);
    expect([list.inputLines, inputLines(list).length]).toEqual([2000, 2000]);
    expect(new Set(list.text.match(/127\.10\.0\.\d+/g)).size).toBe(20);
    expect(exampleUrls(8080)).toBe(list.text);
    expect(list.text).toMatch(/^# /);
  });
});

describe('every spelling', () => {
  it.each(['http://127.10.0.7:8080/page?id=1&n=2', 'http://nosuch-1.invalid/'])('of %s names the same URL', (url) => {
    const spelt = spellings.map((spell) => spell(url)).filter((each) => each !== undefined);
    expect(new Set(spelt).size).toBe(spelt.length);
    for (const each of spelt) {
      const parsed = new URL(each);
      parsed.hash = '';
      expect(parsed.href).toBe(url);
    }
  });
});
