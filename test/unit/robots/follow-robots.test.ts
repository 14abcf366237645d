import { emptyTrace, type FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { describe, expect, test } from 'vitest';
import { followRobots, type LookUp } from '../../../apps/worker/src/robots/follow-robots.ts';
import { createRobotsCache } from '../../../apps/worker/src/robots/robots-cache.ts';
import type { RobotsFile } from '../../../apps/worker/src/robots/robots-file.ts';
import type { DelayWish, RobotsStore } from '../../../apps/worker/src/robots/robots-store.ts';

const trace = emptyTrace('');
const answer = (text: string, status = 200): FetchOutcome => ({
  kind: 'answered',
  status,
  headers: {},
  body: { kept: Buffer.from(text), truncated: false },
  trace,
});
const stopping: FetchOutcome = { kind: 'interrupted', why: 'stopping', trace };

/** A Redis that several processes share, and the time. */
const fleet = () => {
  const files = new Map<string, RobotsFile>();
  const claims = new Set<string>();
  const noted: [string, number][] = [];
  let asked = 0;
  let nowMs = 0;
  const note = ({ origin, delayMs }: DelayWish) => void noted.push([origin.host, delayMs]);
  const store: RobotsStore = {
    read: async (origin) => files.get(origin),
    claim: async (origin) => {
      const isOurs = !claims.has(origin);
      claims.add(origin);
      return { isOurs, file: files.get(origin) };
    },
    release: async (origin) => void claims.delete(origin),
    keep: async (wish, file) => {
      files.set(wish.origin.origin, file);
      claims.delete(wish.origin.origin);
      note(wish);
      return file;
    },
    noteDelay: async (wish) => note(wish),
  };
  const by = (outcome: () => FetchOutcome | Promise<FetchOutcome>, change: Partial<LookUp> = {}): LookUp => ({
    origin: new URL('http://h/a/page'),
    product: 'trawl',
    ask: async () => {
      asked++;
      return { outcome: await outcome(), sentAtMs: nowMs };
    },
    sleep: async (ms) => {
      nowMs += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
    isOver: () => false,
    patienceMs: 1000,
    ...change,
  });
  const passes = (ms: number) => void (nowMs += ms);
  return { files, claims, noted, by, passes, asked: () => asked, process: () => followRobots(store, () => nowMs) };
};

const ruled = { kind: 'rules', rules: { rules: [expect.objectContaining({ allows: false })] } };
const file = 'user-agent: *\ndisallow: /a';

describe('the robots.txt of an origin', () => {
  test('is asked for once, however many want to know at the same time', async () => {
    const { process, by, asked } = fleet();
    const robots = process();
    const found = await Promise.all([...Array(5)].map(() => robots.lookUp(by(() => answer(file)))));
    expect(found).toEqual(Array(5).fill(ruled));
    expect(asked()).toBe(1);
  });

  test('is asked for by one process; the others wait for its answer', async () => {
    const { process, by, asked } = fleet();
    const slow = Promise.withResolvers<FetchOutcome>();
    const first = process().lookUp(by(() => slow.promise));
    const second = process().lookUp(by(() => answer(file)));
    setImmediate(() => slow.resolve(answer(file)));
    expect(await Promise.all([first, second])).toEqual([ruled, ruled]);
    expect(asked()).toBe(1);
  });

  test('is remembered for minutes without a look at Redis', async () => {
    const { process, by, files, passes } = fleet();
    const robots = process();
    await robots.lookUp(by(() => answer(file)));
    files.clear();
    passes(4 * 60_000);
    expect(robots.known('http://h', 'trawl')).toEqual(ruled);
    expect(robots.known('http://h', 'other')).toBeUndefined();
    expect(robots.known('https://h', 'trawl')).toBeUndefined();
    passes(2 * 60_000);
    expect(robots.known('http://h', 'trawl')).toBeUndefined();
  });

  test('that cannot be had is looked for again soon', async () => {
    const { process, by, files, passes } = fleet();
    const robots = process();
    expect(await robots.lookUp(by(() => answer('', 500)))).toEqual({ kind: 'unavailable' });
    files.clear();
    expect(await robots.lookUp(by(() => answer(file)))).toEqual({ kind: 'unavailable' });
    passes(1001);
    expect(await robots.lookUp(by(() => answer(file)))).toEqual(ruled);
  });

  test('is asked for by the next one where the first was called off', async () => {
    const { process, by, claims } = fleet();
    const robots = process();
    const first = robots.lookUp(by(() => stopping));
    const second = robots.lookUp(by(() => answer(file)));
    expect(await first).toEqual({ kind: 'interrupted', outcome: stopping });
    expect(await second).toEqual(ruled);
    expect(claims.size).toBe(0);
  });

  test('is not waited for longer than somebody can', async () => {
    const { process, by, claims, asked } = fleet();
    claims.add('http://h');
    expect(await process().lookUp(by(() => answer(file)))).toEqual({ kind: 'pending' });
    expect(await process().lookUp(by(() => answer(file), { isOver: () => true }))).toEqual({ kind: 'pending' });
    expect(asked()).toBe(0);
  });

  test('is asked for by another when the claim of a process that died has gone', async () => {
    const { process, by, claims, asked } = fleet();
    claims.add('http://h');
    const sleep = async () => void claims.clear();
    expect(await process().lookUp(by(() => answer(file), { sleep }))).toEqual(ruled);
    expect(asked()).toBe(1);
  });

  test('gives its claim back where asking for it broke', async () => {
    const { process, by, claims } = fleet();
    await expect(process().lookUp(by(() => Promise.reject(new Error('disk full'))))).rejects.toThrow('disk full');
    expect(claims.size).toBe(0);
  });

  test('tells the gate of its crawl-delay, from every process that goes by it', async () => {
    const { process, by, noted } = fleet();
    const text = 'user-agent: *\ncrawl-delay: 2.5';
    await process().lookUp(by(() => answer(text)));
    await process().lookUp(by(() => answer(text)));
    expect(noted).toEqual([
      ['h', 2500],
      ['h', 2500],
    ]);
  });
});

test('a process remembers so many origins and rules, and forgets what it read first', () => {
  const rules = { rules: [], crawlDelayS: 1 };
  const cache = createRobotsCache(() => 0, { most: 2, mostRules: 10 });
  for (const key of ['a', 'b', 'c']) cache.set(key, { kind: 'rules', rules });
  expect([cache.size(), cache.get('a'), cache.get('c')]).toEqual([2, undefined, { kind: 'rules', rules }]);
  const rule = { allows: true, pattern: { length: 1, fits: () => true } };
  cache.set('d', { kind: 'rules', rules: { rules: Array(50).fill(rule) } });
  expect([cache.size(), cache.get('c'), cache.get('d')?.kind]).toEqual([1, undefined, 'rules']);
  cache.set('e', { kind: 'unavailable' });
  expect([cache.size(), cache.get('d')]).toEqual([1, undefined]);
});
