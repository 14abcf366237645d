import { type CookieStore, createCookieStore } from '@trawl/shared/frontier/cookie-store.ts';
import { forgetRuns } from '@trawl/shared/frontier/forget-runs.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { describe, expect, test } from 'vitest';
import { openCookieJar } from '../../apps/worker/src/cookies/cookie-jar.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';
import { runSpecOf } from '../support/run-for-tests.ts';

let redis: Redis;
let store: CookieStore;
withRedisOfItsOwn((connection) => {
  redis = connection;
  store = createCookieStore(redis, firstShard);
});

const key = keysOf(firstShard).cookies('r');
let timeMs = Date.now();
const jarOf = (run: string) => openCookieJar({ store, run, nowMs: () => timeMs });
const jar = () => jarOf('r');
const site = 'https://a.example/';

/** What one fetch was told, and the next one sends. */
const keep = (setCookie: string, url = site) => jar().keep(url, setCookie);
const sent = (url = site) => jar().headerFor(url);

describe('a cookie', () => {
  test('is sent back by later fetches of the run, those of longer paths first', async () => {
    await keep('a=1; Path=/\nb=2; Path=/x; Max-Age=60\nc=3; Path=/');
    expect(await sent('https://a.example/x/y?q')).toBe('b=2; a=1; c=3');
    expect(await sent('https://a.example/xy')).toBe('a=1; c=3');
  });

  test('is never sent to another host, a sub-domain or a sibling, nor by another run', async () => {
    await keep('a=1; Domain=a.example');
    for (const host of ['www.a.example', 'b.example', 'example', 'xa.example', '127.0.0.1'])
      expect(await sent(`https://${host}/`)).toBe('');
    expect(await jarOf('other').headerFor(site)).toBe('');
    expect(await sent('https://a.example:8443/')).toBe('a=1');
  });

  test('that is Secure is sent over https alone, and cannot be replaced over http', async () => {
    await keep('a=1; Secure; Path=/');
    await keep('a=2; Path=/\na=3; Path=/x\nb=4; Path=/', 'http://a.example/');
    expect(await sent()).toBe('a=1; b=4');
    expect(await sent('http://a.example/x')).toBe('b=4');
  });

  test('ends with its time, and when the host takes it back', async () => {
    await keep('a=1; Max-Age=60\nb=2; Max-Age=600\nc=3');
    await keep('c=; Max-Age=0');
    expect(await sent()).toBe('a=1; b=2');
    timeMs += 61_000;
    expect(await sent()).toBe('b=2');
    timeMs -= 61_000;
  });

  test('that is set again keeps its place', async () => {
    await keep('a=1\nb=2');
    await keep('a=3');
    expect(await sent()).toBe('a=3; b=2');
  });

  test('counts at once within the fetch, beside what other workers were told meanwhile', async () => {
    const fetch = jar();
    expect(await fetch.headerFor(site)).toBe('');
    await keep('of-another=1');
    await fetch.keep(site, 'own=2');
    expect(await fetch.headerFor(site)).toBe('of-another=1; own=2');
  });

  test('with bytes beyond ASCII comes back byte by byte', async () => {
    await keep(`a=${Buffer.from('ä').toString('latin1')}\nb=\xff`);
    expect(await sent()).toBe(`a=${Buffer.from('ä').toString('latin1')}; b=\xff`);
  });
});

test('workers that are told of cookies at the same time lose none', async () => {
  const connections = Array.from({ length: 4 }, () => redis.duplicate());
  try {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        openCookieJar({
          store: createCookieStore(connections[i % 4] as Redis, firstShard),
          run: 'r',
          nowMs: () => timeMs,
        }).keep(site, `c${i}=${i}`),
      ),
    );
    expect((await sent()).split('; ').toSorted()).toEqual(
      Array.from({ length: 40 }, (_, i) => `c${i}=${i}`).toSorted(),
    );
  } finally {
    for (const connection of connections) await connection.quit();
  }
});

test('the same cookie again is not written again', async () => {
  await keep('a=1; Max-Age=6000\nb=2');
  await redis.hset(key, 'mark', 'untouched');
  await redis.persist(key);
  timeMs += 1000;
  await keep('a=1; Max-Age=6000\nb=2');
  expect(await redis.pttl(key)).toBe(-1);
  await keep('a=2; Max-Age=6000');
  expect(await redis.pttl(key)).toBeGreaterThan(0);
});

describe('the cookies of a run', () => {
  test('are at most 50 and 16 KiB a host, the newest', async () => {
    for (let i = 0; i < 60; i++) await keep(`c${i}=${i}`);
    expect((await sent()).split('; ')).toEqual(Array.from({ length: 50 }, (_, i) => `c${i + 10}=${i + 10}`));
    await keep(Array.from({ length: 8 }, (_, i) => `big${i}=${'x'.repeat(4000)}`).join('\n'));
    expect((await sent()).split('; ').map((pair) => pair.split('=')[0])).toEqual(['big4', 'big5', 'big6', 'big7']);
    expect(Number(await redis.hget(key, ''))).toBe((await store.of('r', 'a.example')).length);
  });

  test('are at most 64 MiB: what is known may still change, and become less', async () => {
    await keep('a=1\nb=22');
    await redis.hset(key, '', 64 * 1024 ** 2);
    await keep('c=3');
    await keep('x=1', 'https://b.example/');
    expect([await sent(), await sent('https://b.example/')]).toEqual(['a=1; b=22', '']);
    await keep('b=4');
    await keep('a=; Max-Age=0');
    await keep('d=5');
    expect(await sent()).toBe('b=4; d=5');
  });

  test('expire with the last of them, and leave no key when they were all taken back', async () => {
    await keep('a=1');
    expect(await redis.pttl(key)).toBeGreaterThan(6 * 86_400_000);
    await keep('a=; Max-Age=0');
    expect(await redis.keys('*')).toEqual([]);
  });

  test('go when it has been collected, and when it is forgotten', async () => {
    const runs = createRuns(redis, firstShard);
    await runs.create(runSpecOf('r'));
    await keep('a=1');
    await runs.dropFeedingState('r');
    expect(await redis.exists(key)).toBe(0);
    await keep('late=1');
    await redis.hset(keysOf(firstShard).run('r'), 'collectedAtMs', 1000);
    expect(await forgetRuns(redis, firstShard, 2000)).toBe(1);
    expect(await redis.keys('*:r*')).toEqual([]);
  });
});
