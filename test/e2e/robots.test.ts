import { readFile } from 'node:fs/promises';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFleetWorld } from '../support/fleet-world.ts';
import { pretendHosts } from '../support/pretend-web/pretend-hosts.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { until } from '../support/until.ts';

/** Two workers on one Redis; what was asked is judged by the origin's own log. Every test has hosts of its own. */
let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: Awaited<ReturnType<typeof startPretendWeb>>;

beforeAll(async () => {
  [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
  for (let i = 0; i < 2; i++) world.start('worker');
  world.start('producer');
  world.start('collector');
});
afterAll(async () => {
  await world.stop();
  await web.close();
});

const unused = pretendHosts(200, '127.14');
const freshHosts = (count: number): string[] => unused.splice(0, count);
const freshHost = (): string => freshHosts(1)[0] ?? '';

const robotsOf = (...lines: string[]): string => `/text?${new URLSearchParams({ body: lines.join('\n') })}`;
const askedFor = (host: string, path = '/robots.txt'): number => web.arrivals.countFor(web.url(path, host));

let runs = 0;
const start = async (urls: string[], settings: Partial<CrawlSettings> = {}): Promise<string> => {
  const run = `r${runs++}`;
  await world.leaveRun(run, urls.join('\n'), { backoffMs: 50, ...settings });
  return run;
};

/** What every line of the run ended as: `class reason`, in their order. */
const endsOf = async (run: string): Promise<string[]> => {
  await until(async () => (await world.status(run)).collectedAtMs !== undefined);
  const lines = (await readFile(world.outputOf(run), 'utf8')).trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as OutcomeRecord).sort((a, b) => a.seq - b.seq);
  return records.map((record) => `${record.class} ${record.reason}`);
};

const crawl = async (urls: string[], settings: Partial<CrawlSettings> = {}): Promise<string[]> =>
  endsOf(await start(urls, settings));

test('the fleet asks every host for its robots.txt once', async () => {
  const hosts = freshHosts(20);
  for (const host of hosts) web.robots.set(host, `${robotsOf('user-agent: *', 'disallow: /x')}&delay=200`);
  const ends = await crawl(hosts.flatMap((host) => [...Array(30).keys()].map((i) => web.url(`/ok?id=${i}`, host))));
  expect(new Set(ends)).toEqual(new Set(['ok status-200']));
  expect(hosts.map((host) => askedFor(host))).toEqual(hosts.map(() => 1));
});

test('what is disallowed is never asked, by the longest rule of our own group', async () => {
  const host = freshHost();
  const rules = ['user-agent: *', 'disallow: /', 'user-agent: trawl', 'disallow: /json', 'allow: /json?*&id=2$'];
  web.robots.set(host, robotsOf(...rules));
  const paths = ['/json?bytes=1024&id=1', '/json?bytes=1024&id=2', '/json?bytes=1024&id=22', '/ok'];
  expect(await crawl(paths.map((path) => web.url(path, host)))).toEqual([
    'forbidden robots',
    'ok status-200',
    'forbidden robots',
    'ok status-200',
  ]);
  expect(web.arrivals.of(host).paths.toSorted()).toEqual(['/json?bytes=1024&id=2', '/ok', '/robots.txt']);
});

test('a run that ignores robots.txt does not ask for it', async () => {
  const host = freshHost();
  web.robots.set(host, robotsOf('user-agent: *', 'disallow: /'));
  expect(await crawl([web.url('/ok', host)], { robots: 'ignore' })).toEqual(['ok status-200']);
  expect(askedFor(host)).toBe(0);
});

test.each([401, 403, 404, 410])('a robots.txt that answers %i allows everything', async (status) => {
  const host = freshHost();
  web.robots.set(host, `/status/${status}`);
  expect(await crawl([web.url('/ok', host)])).toEqual(['ok status-200']);
});

test.each(['/status/500', '/status/429', '/reset', '/short-body', '/bad-gzip'])(
  'a host whose robots.txt answers like %s is refused as a whole',
  async (path) => {
    const host = freshHost();
    web.robots.set(host, path);
    expect(await crawl([web.url('/ok', host)], { attempts: 2 })).toEqual(['forbidden robots-unavailable']);
    expect(askedFor(host, '/ok')).toBe(0);
  },
);

test('a host is asked as soon as its robots.txt can be had again', async () => {
  const host = freshHost();
  web.robots.set(host, '/status/503');
  const run = await start([web.url('/ok', host)], { attempts: 100, backoffCapMs: 200 });
  await until(() => askedFor(host) >= 2);
  expect(askedFor(host, '/ok')).toBe(0);
  web.robots.set(host, robotsOf('user-agent: *', 'allow: /'));
  expect(await endsOf(run)).toEqual(['ok status-200']);
});

test('a host that cannot be reached ends as that, not as its robots.txt', async () => {
  expect(
    await crawl([`http://${freshHost()}:2/a`, 'http://nosuch.invalid/', `http://${freshHost()}:22/`], {
      attempts: 1,
    }),
  ).toEqual(['unreachable refused', 'unreachable no-such-host', 'forbidden blocked-port']);
});

test('a redirect is followed only where the robots.txt of its target allows it', async () => {
  const [from = '', to = ''] = freshHosts(2);
  web.robots.set(from, robotsOf('user-agent: *', 'disallow: /page'));
  web.robots.set(to, robotsOf('user-agent: *', 'disallow: /json'));
  const redirectTo = (url: string) => web.url(`/redirect-to?url=${encodeURIComponent(url)}`, from);
  const targets = [web.url('/page', from), web.url('/json', to), web.url('/ok', to), web.url('/ok', from)];
  const ends = await crawl(targets.map(redirectTo));
  expect(ends).toEqual(['forbidden robots', 'forbidden robots', 'ok status-200', 'ok status-200']);
  expect(web.arrivals.of(to).paths.toSorted()).toEqual(['/ok', '/robots.txt']);
  expect(askedFor(from, '/page')).toBe(0);
});

test('a redirect to a host whose robots.txt cannot be had is refused', async () => {
  const [from = '', to = ''] = freshHosts(2);
  web.robots.set(to, '/status/500');
  const url = web.url(`/redirect-to?url=${encodeURIComponent(web.url('/ok', to))}`, from);
  expect(await crawl([url], { attempts: 2 })).toEqual(['forbidden robots-unavailable']);
  expect(askedFor(to, '/ok')).toBe(0);
});

test('five redirects lead to a robots.txt, also on another host; after more there is none', async () => {
  const [own = '', other = '', without = ''] = freshHosts(3);
  const rules = robotsOf('user-agent: *', 'disallow: /ok');
  web.robots.set(own, `/redirect?to=${encodeURIComponent(rules)}&hops=5`);
  web.robots.set(other, `/redirect-to?url=${encodeURIComponent(web.url(rules, own))}`);
  web.robots.set(without, `/redirect?to=${encodeURIComponent(rules)}&hops=6`);
  expect(await crawl([own, other, without].map((host) => web.url('/ok', host)))).toEqual([
    'forbidden robots',
    'forbidden robots',
    'ok status-200',
  ]);
});

test('of an oversized robots.txt the first half MiB counts', async () => {
  const host = freshHost();
  const text = { body: 'user-agent: *\ndisallow: /ok', end: 'disallow: /json', pad: '3000000' };
  web.robots.set(host, `/text?${new URLSearchParams(text)}`);
  expect(await crawl([web.url('/ok', host), web.url('/json', host)])).toEqual(['forbidden robots', 'ok status-200']);
});

test('a robots.txt that comes slowly is waited for', async () => {
  const host = freshHost();
  web.robots.set(host, `${robotsOf('user-agent: *', 'disallow: /json')}&delay=500`);
  const urls = [...Array(12).keys()].map((i) => web.url(`/ok?id=${i}`, host));
  expect(new Set(await crawl([...urls, web.url('/json', host)]))).toEqual(
    new Set(['ok status-200', 'forbidden robots']),
  );
  expect(askedFor(host)).toBe(1);
});

test('a worker that died while it asked holds nobody up for longer than its claim lasts', async () => {
  const host = freshHost();
  web.robots.set(host, robotsOf('user-agent: *', 'allow: /'));
  const redis = await world.redis.connect();
  const claim = keysOf(firstShard).robotsAsking(`http://${host}:${web.port}`);
  await redis.set(claim, '1', 'PX', 500);
  expect(await crawl([web.url('/ok', host)])).toEqual(['ok status-200']);
  expect(askedFor(host)).toBe(1);
  expect(await redis.exists(claim)).toBe(0);
});

test('a robots.txt that redirects within its host is read on a host with a gap', async () => {
  const host = freshHost();
  web.robots.set(host, `/redirect?to=${encodeURIComponent(robotsOf('user-agent: *', 'disallow: /json'))}&hops=1`);
  const ends = await crawl([web.url('/ok', host), web.url('/json', host)], { perHostGapMs: 300 });
  expect(ends).toEqual(['ok status-200', 'forbidden robots']);
  expect(askedFor(host)).toBe(1);
});
