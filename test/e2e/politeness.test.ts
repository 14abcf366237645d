import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFleetWorld } from '../support/fleet-world.ts';
import { mostLateMs, shortGapsMs } from '../support/pretend-web/judge-arrivals.ts';
import { pretendHosts } from '../support/pretend-web/pretend-hosts.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';

/** Everything here is judged from the origin's own log of arrivals, with three worker processes and two producers. */
let world: Awaited<ReturnType<typeof startFleetWorld>>;
let web: Awaited<ReturnType<typeof startPretendWeb>>;

beforeAll(async () => {
  [world, web] = await Promise.all([startFleetWorld(), startPretendWeb()]);
  for (let i = 0; i < 3; i++) world.start('worker');
  for (let i = 0; i < 2; i++) world.start('producer');
});
afterAll(async () => {
  await world.stop();
  await web.close();
});

const listFor = (hosts: string[], lines: number, path: string): string =>
  Array.from({ length: lines }, (_, i) => `http://${hosts[i % hosts.length]}:${web.port}${path}${i}`).join('\n');

/** Arrivals are stamped by the event loop of this process: its longest standstill says how busy the machine is. */
const stamps = monitorEventLoopDelay({ resolution: 2 });
const lateMs = (): number => mostLateMs(stamps.max / 1e6);
const shortGaps = (hosts: string[], gapMs: number): number[] =>
  hosts.flatMap((host) => shortGapsMs(web.arrivals.of(host).startsMs, { gapMs, lateMs: lateMs() }));

const robotsOf = (text: string): string => `/text?${new URLSearchParams({ body: text })}`;

const crawl = async (run: string, list: string, settings: Parameters<typeof world.createRun>[2]) => {
  web.arrivals.reset();
  stamps.reset();
  stamps.enable();
  await world.leaveRun(run, list, settings);
  return world.finished(run);
};

describe('a fleet of three workers', () => {
  test('never asks a host more often at once than its limit', async () => {
    const hosts = pretendHosts(30);
    const status = await crawl('most', listFor(hosts, 900, '/ok?delay=20&id='), { perHost: 3 });
    expect(status.classes).toEqual({ ok: 900 });
    expect(web.arrivals.total()).toBe(900 + hosts.length); // and each robots.txt
    const peaks = hosts.map((host) => web.arrivals.mostAtOnce(host));
    expect(Math.max(...peaks)).toBe(3);
  });

  test('never asks a host again before its gap has passed', async () => {
    const hosts = pretendHosts(50, '127.11');
    const status = await crawl('gap', listFor(hosts, 600, '/ok?id='), { perHost: 3, perHostGapMs: 250 });
    expect(status.classes).toEqual({ ok: 600 });
    expect(web.arrivals.total()).toBe(600 + hosts.length); // robots.txt takes a turn, too
    expect(shortGaps(hosts, 250)).toEqual([]);
  });

  test('keeps the limit through retries', async () => {
    const hosts = pretendHosts(5, '127.15');
    const status = await crawl('retries', listFor(hosts, 100, '/flaky?fails=2&status=500&delay=10&id='), {
      perHost: 2,
      backoffMs: 5,
    });
    expect(status.classes).toEqual({ ok: 100 });
    expect(web.arrivals.total()).toBe(300 + hosts.length);
    expect(Math.max(...hosts.map((host) => web.arrivals.mostAtOnce(host)))).toBe(2);
  });

  test('leaves a host alone for as long as it asks for', async () => {
    const [host = ''] = pretendHosts(1);
    const list = listFor([host], 3, '/limited?times=1&retry-after=1&id=');
    const status = await crawl('asked', list, { perHost: 1 });
    expect(status.classes).toEqual({ ok: 3 });
    // Every refusal is followed by a pause of a second: the URL that was refused is asked again after it.
    const longGaps = web.arrivals.gapsMs(host).filter((gapMs) => gapMs > 1000 - lateMs());
    expect(longGaps.length).toBeGreaterThanOrEqual(3);
  });

  test('keeps the global rate over all hosts', async () => {
    const hosts = pretendHosts(20);
    const status = await crawl('rate', listFor(hosts, 250, '/ok?id='), { ratePerSecond: 100 });
    expect(status.classes).toEqual({ ok: 250 });
    const burst = 10;
    expect(web.arrivals.mostStartsWithin(1000)).toBeLessThanOrEqual(100 + burst + 100 * (lateMs() / 1000));
  });

  test('keeps the crawl-delay of a robots.txt as the gap, from the request for it on', async () => {
    const hosts = pretendHosts(5, '127.12');
    for (const host of hosts) web.robots.set(host, robotsOf('user-agent: *\ncrawl-delay: 0.4'));
    const status = await crawl('crawl-delay', listFor(hosts, 20, '/ok?id='), {});
    expect(status.classes).toEqual({ ok: 20 });
    expect(web.arrivals.total()).toBe(20 + hosts.length);
    expect(shortGaps(hosts, 400)).toEqual([]);
  });

  test('keeps a crawl-delay no longer than the cap of the run', async () => {
    const [host = ''] = pretendHosts(1, '127.13');
    web.robots.set(host, robotsOf('user-agent: trawl\ncrawl-delay: 3600'));
    const status = await crawl('capped', listFor([host], 5, '/ok?id='), { crawlDelayCapMs: 300 });
    expect(status.classes).toEqual({ ok: 5 });
    expect(shortGaps([host], 300)).toEqual([]);
  });

  test('takes the turn of the other host for a redirect', async () => {
    const [from = '', to = ''] = pretendHosts(2);
    const target = encodeURIComponent(`http://${to}:${web.port}/ok?delay=20`);
    const status = await crawl('hops', listFor([from], 60, `/redirect-to?url=${target}&id=`), { perHost: 2 });
    expect(status.classes).toEqual({ ok: 60 });
    expect(web.arrivals.mostAtOnce(to)).toBeLessThanOrEqual(2);
  });
});
