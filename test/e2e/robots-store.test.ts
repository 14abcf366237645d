import { emptyTrace } from '@trawl/shared/domain/fetch-outcome.ts';
import type { TurnRequest } from '@trawl/shared/frontier/frontier.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../apps/worker/src/robots/robots-file.ts';
import { createRobotsStore, type RobotsStore } from '../../apps/worker/src/robots/robots-store.ts';
import { frontierWorld, turnOfReleased } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
let store: RobotsStore;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
  store = createRobotsStore(redis, firstShard, 45_000);
});

const origin = 'http://h';
const wish = (delayMs = 0, url = origin) => ({ origin: new URL(url), product: 'trawl', delayMs });
const key = (name: string): string => `${firstShard.prefix}${name}`;
const lifeOf = (name = 'robots:http://h'): Promise<number> => world.redis.pttl(key(name));
const nowMs = async (): Promise<number> => {
  const [seconds, us] = await world.redis.time();
  return Number(seconds) * 1000 + Number(us) / 1000;
};
const trace = { ...emptyTrace('http://h/robots.txt'), timings: { dnsMs: 1, connectMs: 2, ttfbMs: 3, totalMs: 9000 } };

describe('what Redis keeps of a robots.txt', () => {
  test('is its text, for a day', async () => {
    const bytes = Buffer.from('user-agent: *\ndisallow: /ä\n');
    await store.keep(wish(), { kind: 'text', bytes }, undefined);
    expect(await store.read(origin)).toEqual({ kind: 'text', bytes });
    expect(await lifeOf()).toBeGreaterThan(86_000_000);
    expect(await lifeOf()).toBeLessThanOrEqual(86_400_000);
    expect(await store.read('https://h')).toBeUndefined();
  });

  test('is that there is none', async () => {
    await store.keep(wish(), { kind: 'none' }, undefined);
    expect(await store.read(origin)).toEqual({ kind: 'none' });
  });

  test('is for a moment how its host failed, and that only where another machine would have met the same', async () => {
    const failure: Failure = { kind: 'unreachable', stage: 'connect', reason: 'refused', temporary: true, trace };
    await store.keep(wish(), { kind: 'failed', outcome: failure }, undefined);
    const found = await store.read(origin);
    expect(found).toMatchObject({ kind: 'failed', outcome: { reason: 'refused', trace: { timings: { totalMs: 0 } } } });
    expect(await lifeOf()).toBeLessThanOrEqual(1000);
    await store.claim('http://other');
    const outcome: Failure = { ...failure, reason: 'network-unreachable' };
    await store.keep(wish(0, 'http://other'), { kind: 'failed', outcome }, undefined);
    expect(await store.read('http://other')).toBeUndefined();
    expect((await store.claim('http://other')).isOurs).toBe(true);
  });

  test('takes no more than 64 MiB; what was stored first goes first', async () => {
    await store.keep(wish(0, 'http://first'), { kind: 'none' }, undefined);
    const bytes = 64 * 1024 ** 2 - 1000;
    await world.redis.set(key('robots:http://large'), 'n');
    await world.redis.rpush(key('robots-kept'), `${bytes} robots:http://large`);
    await world.redis.incrby(key('robots-bytes'), bytes);
    const keptOf = (...hosts: string[]) =>
      Promise.all(hosts.map(async (host) => (await store.read(`http://${host}`))?.kind));
    for (const host of ['a', 'b', 'c', 'd']) await store.keep(wish(0, `http://${host}`), { kind: 'none' }, undefined);
    expect(await keptOf('first', 'large', 'a', 'd')).toEqual([undefined, 'none', 'none', 'none']);
    await store.keep(wish(0, 'http://e'), { kind: 'none' }, undefined);
    expect(await keptOf('large', 'a', 'e')).toEqual([undefined, 'none', 'none']);
    expect(Number(await world.redis.get(key('robots-bytes')))).toBeLessThan(2000);
  });
});

describe('a robots.txt that cannot be had', () => {
  test('is asked for again after as long as it has been so, from a second to a minute', async () => {
    expect(await store.keep(wish(), { kind: 'unavailable' }, undefined)).toEqual({ kind: 'unavailable' });
    expect(await lifeOf()).toBeLessThanOrEqual(1000);
    await world.redis.set(key('robots-since:http://h'), Math.floor((await nowMs()) - 20_000));
    await store.keep(wish(), { kind: 'unavailable' }, undefined);
    expect(await lifeOf()).toBeGreaterThan(15_000);
    await world.redis.set(key('robots-since:http://h'), Math.floor((await nowMs()) - 86_400_000));
    await store.keep(wish(), { kind: 'unavailable' }, undefined);
    expect(await lifeOf()).toBeLessThanOrEqual(60_000);
  });

  test('counts as none after 30 days', async () => {
    await world.redis.set(key('robots-since:http://h'), Math.floor((await nowMs()) - 31 * 86_400_000));
    expect(await store.keep(wish(), { kind: 'unavailable' }, undefined)).toEqual({ kind: 'none' });
    expect(await store.read(origin)).toEqual({ kind: 'none' });
  });

  test('begins anew once it could be had', async () => {
    await store.keep(wish(), { kind: 'unavailable' }, undefined);
    await store.keep(wish(), { kind: 'none' }, undefined);
    expect(await world.redis.exists(key('robots-since:http://h'))).toBe(0);
  });
});

describe('a claim', () => {
  test('is one process’s until it has stored the file or gives it back', async () => {
    expect(await store.claim(origin)).toEqual({ isOurs: true, file: undefined });
    expect(await store.claim(origin)).toEqual({ isOurs: false, file: undefined });
    await store.release(origin);
    expect(await store.claim(origin)).toEqual({ isOurs: true, file: undefined });
    await store.keep(wish(), { kind: 'none' }, undefined);
    expect(await store.claim(origin)).toEqual({ isOurs: true, file: { kind: 'none' } });
  });

  test('goes by itself where its process died', async () => {
    await store.claim(origin);
    const lifeMs = await lifeOf('robots-asking:http://h');
    expect(lifeMs).toBeGreaterThan(20_000);
    expect(lifeMs).toBeLessThanOrEqual(45_000);
  });
});

describe('a crawl-delay', () => {
  const acquireLimits = { leaseMs: 60_000, longestWaitMs: 1000 };
  const twoUrls = [{ host: 'h' }, { host: 'h' }];
  const keepDelay = async (sentAgoMs: number): Promise<unknown> =>
    store.keep(wish(5000), { kind: 'text', bytes: Buffer.alloc(0) }, (await nowMs()) - sentAgoMs);

  test('is a gap of those runs that obey it, up to their cap', async () => {
    await keepDelay(60_000);
    await world.startRun('a', { crawlDelayCapMs: 2000 });
    await world.pushAll('a', twoUrls);
    const { urls, waitMs } = await world.release();
    expect(urls.map(({ turnHeld }) => turnHeld)).toEqual([false]);
    expect(waitMs).toBeGreaterThan(1500);
    expect(waitMs).toBeLessThanOrEqual(2000);
  });

  test.each([
    ['ignores robots.txt', { robots: 'ignore' as const }],
    ['obeys no crawl-delay', { crawlDelayCapMs: 0 }],
    ['has another name', { userAgent: 'Other/1' }],
  ])('is none of a run that %s', async (_, settings) => {
    await keepDelay(60_000);
    await world.startRun('a', settings);
    await world.pushAll('a', twoUrls);
    expect((await world.release()).urls.map(({ turnHeld }) => turnHeld)).toEqual([true, true]);
  });

  test('counts from the request for the robots.txt, for every URL that was released before', async () => {
    await world.startRun('a');
    await world.pushAll('a', twoUrls);
    const { urls } = await world.release();
    expect(urls).toHaveLength(2);
    await keepDelay(10);
    for (const url of urls) {
      const turn = await world.frontier.acquire(turnOfReleased(url), acquireLimits);
      expect(turn.kind).toBe('busy');
      expect('waitMs' in turn && turn.waitMs > 4000).toBe(true);
    }
  });

  test('is forgotten when the file says no more of it', async () => {
    await keepDelay(60_000);
    await store.keep(wish(0), { kind: 'none' }, undefined);
    expect(await world.redis.exists(key('robots-delay:h'))).toBe(0);
  });

  test('of http and https are the host’s together: the longer one holds', async () => {
    await store.noteDelay(wish(5000));
    await store.noteDelay(wish(1000, 'https://h'));
    await world.startRun('a');
    await world.pushAll('a', twoUrls);
    expect((await world.release()).waitMs).toBeGreaterThan(4000);
  });
});

test('a turn that was used for another request is followed by the gap from where that left', async () => {
  await world.startRun('a', { perHostGapMs: 3000 });
  await world.pushAll('a', [{ host: 'h' }]);
  const turn = (await world.release()).urls.map(turnOfReleased)[0] as TurnRequest;
  const limits = { leaseMs: 60_000, longestWaitMs: 1000 };
  expect(await world.frontier.acquire(turn, limits)).toMatchObject({ kind: 'go' });
  await world.redis.hset(key('h:h'), 'last', Math.floor((await nowMs()) - 2900)); // granted, but long on its way
  const again = await world.frontier.acquire(turn, { ...limits, usedAgoMs: 0 });
  expect(again.kind === 'busy' && again.waitMs > 2500).toBe(true);
});
