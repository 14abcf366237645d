import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { commitOf, frontierWorld, nextRelease, turnOfReleased, urlItem } from '../support/frontier-world.ts';
import { startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';

let server: TestRedis;
let world: ReturnType<typeof frontierWorld>;

beforeAll(async () => {
  server = await startTestRedis();
  world = frontierWorld(await server.connect());
});
beforeEach(() => world.redis.flushall());
afterAll(() => server.stop());

const acquireLimits = { leaseMs: 60_000, longestWaitMs: 1000 };

describe('push', () => {
  test('a batch that continues from another checkpoint changes nothing and names the one that holds', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    expect(await world.pushAll('a', [{ host: 'h' }])).toEqual({ kind: 'moved', checkpoint: 'end' });
    expect(await world.linesOf('a')).toBe(1);
  });

  test('above the backlog mark nothing is taken', async () => {
    await world.startRun('a');
    const batch = { run: 'a', expected: '', after: 'x', pushedAfter: 1, last: false, markBytes: 0, atIso: '' };
    await world.frontier.push({ ...batch, items: [urlItem('h', 0)] });
    const second = { ...batch, expected: 'x', after: 'y', pushedAfter: 2, items: [urlItem('h', 1)] };
    expect(await world.frontier.push(second)).toEqual({ kind: 'full' });
    expect(await world.linesOf('a')).toBe(1);
  });

  test('a repeated fingerprint ends as duplicate, in whatever generation its first copy lies', async () => {
    await world.startRun('a');
    const members = Array.from({ length: 6000 }, (_, i) => i);
    const itemsOf = (numbers: number[], from: number) =>
      numbers.map((n, i) => ({
        ...(urlItem('h', from + i) as Extract<ReturnType<typeof urlItem>, { kind: 'url' }>),
        fingerprint: { bucket: n * 2654435761 % 2 ** 32, member: String(n) },
      }));
    const batch = { run: 'a', markBytes: 1e9, atIso: '', last: false };
    await world.frontier.push({ ...batch, expected: '', after: '1', pushedAfter: 3000, items: itemsOf(members.slice(0, 3000), 0) });
    await world.frontier.push({ ...batch, expected: '1', after: '2', pushedAfter: 6000, items: itemsOf(members.slice(3000), 3000) });
    const again = await world.frontier.push({
      ...batch,
      expected: '2',
      after: '3',
      pushedAfter: 6003,
      items: itemsOf([0, 4500, 6001], 6000),
    });
    expect(again).toEqual({ kind: 'pushed', duplicates: 2 });
    const status = await world.runs.status('a');
    expect(status?.classes).toEqual({ duplicate: 2 });
  });
});

describe('release', () => {
  test('a host gets no more URLs than it has free slots, and a commit frees one', async () => {
    await world.startRun('a', { perHost: 2 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }, { host: 'h' }]);
    const first = await world.release();
    expect(first.urls).toHaveLength(2);
    expect((await world.release()).urls).toHaveLength(0);
    await world.frontier.commit([commitOf(first.urls[0] ?? fail())]);
    expect((await world.release()).urls).toHaveLength(1);
  });

  test('a full or blocked host does not hold up another', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'full' }, { host: 'full' }, { host: 'free' }]);
    expect((await world.release()).urls.map(({ host }) => host).toSorted()).toEqual(['free', 'full']);
  });

  test('with a gap one URL leaves at a time and the next is announced for later', async () => {
    await world.startRun('a', { perHost: 6, perHostGapMs: 5000 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const first = await world.release();
    expect(first.urls).toHaveLength(1);
    expect(first.urls[0]?.turnHeld).toBe(false);
    expect(first.waitMs).toBeGreaterThan(4000);
  });

  test('the window of waiting jobs and the lag of the sinks stop it', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    expect((await world.release({ window: 0 })).urls).toHaveLength(0);
    await world.redis.hset(world.keys.lag, 'bytes', 100);
    expect((await world.release({ sinkLagBytes: 99 })).urls).toHaveLength(0);
    expect((await world.release({ sinkLagBytes: 100 })).urls).toHaveLength(1);
  });

  test('runs share a host line by line, the strictest of them sets its limit', async () => {
    await world.startRun('big', { perHost: 100 });
    await world.startRun('small', { perHost: 4 });
    await world.pushAll('big', Array.from({ length: 10 }, () => ({ host: 'h' })));
    await world.pushAll('small', Array.from({ length: 2 }, () => ({ host: 'h' })));
    const { urls } = await world.release();
    expect(urls.map(({ run }) => run).toSorted()).toEqual(['big', 'big', 'small', 'small']);
  });

  test('a global rate lets a burst of a tenth of a second go and announces the next token', async () => {
    await world.startRun('a', { ratePerSecond: 20, perHost: 100 });
    await world.pushAll('a', Array.from({ length: 10 }, () => ({ host: 'h' })));
    const first = await world.release();
    expect(first.urls).toHaveLength(2);
    const next = await world.release();
    expect(next.urls).toHaveLength(0);
    expect(next.waitMs).toBeLessThanOrEqual(50);
  });

  test('an expired lease frees the slot of a worker that died', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const { urls } = await world.release();
    await world.redis.zadd(world.keys.leases('h'), 1, turnOfReleased(urls[0] ?? fail()).id);
    await world.redis.zadd(world.keys.ready, 1, 'h');
    expect((await world.release()).urls).toHaveLength(1);
  });
});

describe('a URL put back', () => {
  test('goes first, under a new job id, and its old execution is told so', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const old = (await world.release()).urls[0] ?? fail();
    await world.frontier.yield(turnOfReleased(old), { putBack: nextRelease(old.record) });
    const again = (await world.release()).urls[0] ?? fail();
    expect(turnOfReleased(again)).toMatchObject({ seq: 0, id: 'a-0-1' });
    expect(await world.frontier.acquire(turnOfReleased(old), acquireLimits)).toEqual({ kind: 'superseded' });
    expect(await world.frontier.commit([commitOf(old)])).toEqual([false]);
    expect(await world.frontier.commit([commitOf(again)])).toEqual([true]);
  });

  test('its host is blocked for everybody for as long as it asked', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const { urls } = await world.release({ most: 1 });
    const url = urls[0] ?? fail();
    const { blockedMs } = await world.frontier.yield(turnOfReleased(url), { putBack: nextRelease(url.record), pauseMs: 9000 });
    expect(blockedMs).toBe(9000);
    const { urls: none, waitMs } = await world.release();
    expect(none).toHaveLength(0);
    expect(waitMs).toBeGreaterThan(8000);
  });

  test('wakes a producer that sleeps, though the host is due only later', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'h' }]);
    const url = (await world.release()).urls[0] ?? fail();
    await world.redis.del(world.keys.wake);
    await world.frontier.yield(turnOfReleased(url), { putBack: nextRelease(url.record), pauseMs: 1000 });
    expect(await world.redis.llen(world.keys.wake)).toBe(1);
    expect((await world.release()).waitMs).toBeLessThanOrEqual(1000);
  });

  test('without a wish the pause doubles once a pause, not once a request', async () => {
    await world.startRun('a');
    await world.pushAll('a', Array.from({ length: 4 }, () => ({ host: 'h' })));
    const { urls } = await world.release();
    const [first, second, third] = urls.map(turnOfReleased);
    const penalty = { pauseMs: 0, random: 0 };
    expect((await world.frontier.yield(first ?? fail(), penalty)).blockedMs).toBe(1000);
    expect((await world.frontier.yield(second ?? fail(), penalty)).blockedMs).toBeLessThanOrEqual(1000);
    await world.redis.hset('{t0}:h:h', 'blocked', 1);
    expect((await world.frontier.yield(third ?? fail(), penalty)).blockedMs).toBe(2000);
  });
});

describe('acquire', () => {
  test('refuses a retry while the host is full and grants it when a slot is free', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const retry = (await world.release()).urls[0] ?? fail();
    await world.frontier.yield(turnOfReleased(retry), {});
    const other = (await world.release()).urls[0] ?? fail();
    expect(await world.frontier.acquire(turnOfReleased(retry), acquireLimits)).toMatchObject({ kind: 'busy' });
    await world.frontier.commit([commitOf(other)]);
    expect(await world.frontier.acquire(turnOfReleased(retry), acquireLimits)).toEqual({ kind: 'go', waitMs: 0 });
  });

  test('a redirect to a full host is kept a slot that release would have taken', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'from' }, { host: 'to' }, { host: 'to' }]);
    const { urls } = await world.release();
    const from = urls.find(({ host }) => host === 'from') ?? fail();
    const to = urls.find(({ host }) => host === 'to') ?? fail();
    const hop = { ...turnOfReleased(from), host: 'to' };
    expect(await world.frontier.acquire(hop, { ...acquireLimits, hop: true })).toMatchObject({ kind: 'busy' });
    await world.frontier.commit([commitOf(to)]);
    expect((await world.release()).urls).toHaveLength(0);
    expect(await world.frontier.acquire(hop, { ...acquireLimits, hop: true })).toMatchObject({ kind: 'go' });
    await world.frontier.yield(hop, {});
    expect((await world.release()).urls).toHaveLength(1);
  });

  test('starts of retries keep the global rate', async () => {
    await world.startRun('a', { ratePerSecond: 10, perHost: 100 });
    await world.pushAll('a', Array.from({ length: 3 }, () => ({ host: 'h' })));
    const { urls } = await world.release();
    const turn = turnOfReleased(urls[0] ?? fail());
    const waits = [];
    for (let i = 0; i < 4; i++) {
      const granted = await world.frontier.acquire(turn, acquireLimits);
      if (granted.kind === 'go') waits.push(granted.waitMs);
    }
    expect(waits[0]).toBe(0);
    expect(waits[3]).toBeGreaterThan(250);
  });
});

describe('commit', () => {
  test('the first outcome of a line stands, the second is refused', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    const url = (await world.release()).urls[0] ?? fail();
    expect(await world.frontier.commit([commitOf(url), commitOf(url, { class: 'http-error' })])).toEqual([true, false]);
    expect((await world.runs.status('a'))?.classes).toEqual({ ok: 1 });
  });

  test('the last outcome finishes the run and ends its stream', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }, { host: 'g' }]);
    const { urls } = await world.release();
    await world.frontier.commit(urls.slice(0, 1).map((url) => commitOf(url)));
    expect((await world.runs.status('a'))?.state).toBe('draining');
    await world.frontier.commit(urls.slice(1).map((url) => commitOf(url)));
    expect((await world.runs.status('a'))?.state).toBe('finished');
    const entries = await world.redis.xrange(world.keys.outcomes('a'), '-', '+');
    expect(entries.at(-1)?.[1]).toEqual(['end', '2']);
  });

  test('a run of bad lines only is finished by the push itself', async () => {
    await world.startRun('a');
    const items = [{ kind: 'invalid' as const, summary: '0 invalid not-a-url 0 0 0 0 -', json: '{"seq":0}' }];
    await world.frontier.push({ run: 'a', expected: '', after: 'e', pushedAfter: 1, last: true, markBytes: 1, atIso: '', items });
    expect(await world.runs.status('a')).toMatchObject({ state: 'finished', recorded: 1, classes: { invalid: 1 } });
  });

  test('nothing of the frontier is left behind a finished run', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }, { host: 'g' }]);
    await world.frontier.commit((await world.release()).urls.map((url) => commitOf(url)));
    expect(await world.redis.hgetall(world.keys.backlog)).toEqual({ bytes: '0', lines: '0' });
    const left = await world.redis.keys('*');
    expect(left.filter((key) => /:(q|r|l|released|ready)(:|$)/.test(key))).toEqual([]);
  });
});

describe('the ledger', () => {
  test('names the numbers without an outcome', async () => {
    await world.redis.setbit(world.keys.done('a'), 1, 1);
    await world.redis.setbit(world.keys.done('a'), 9, 1);
    const reading = await readLedger(world.redis, firstShard, 'a', 12, 3);
    expect(reading).toEqual({ bitsSet: 2, missing: [0, 2, 3], missingCount: 10 });
  });
});

function fail(): never {
  throw new Error('nothing was released');
}
