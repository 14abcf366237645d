import { describe, expect, test } from 'vitest';
import { commitOf, frontierWorld, nextRelease, turnOfReleased } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

const acquireLimits = { leaseMs: 60_000, longestWaitMs: 1000 };

describe('a URL put back', () => {
  test('goes first, under a new job id, and its old execution is told so', async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const old = (await world.release()).urls[0] ?? fail();
    await world.frontier.yield(turnOfReleased(old), { putBack: nextRelease(old.record) });
    const again = (await world.release()).urls[0] ?? fail();
    expect(turnOfReleased(again)).toMatchObject({ seq: 0, id: 'a-0-1' });
    expect(await world.frontier.acquire(turnOfReleased(old), acquireLimits)).toEqual({ kind: 'superseded' });
    expect(await world.frontier.commit([commitOf(old, { class: 'http-error' })])).toEqual([false]);
    expect(await world.frontier.commit([commitOf(again)])).toEqual([true]);
    expect((await world.runs.status('a'))?.classes).toEqual({ ok: 1 });
  });

  test('an outcome of a run that is gone is recorded nowhere, and leaves nothing behind', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    const url = (await world.release()).urls[0] ?? fail();
    await world.redis.flushall();
    expect(await world.frontier.commit([commitOf(url)])).toEqual([false]);
    expect(await world.redis.keys('*')).toEqual([]);
  });

  test('its host is blocked for everybody for as long as it asked', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const { urls } = await world.release({ most: 1 });
    const url = urls[0] ?? fail();
    const { blockedMs } = await world.frontier.yield(turnOfReleased(url), {
      putBack: nextRelease(url.record),
      pauseMs: 9000,
    });
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
    await world.pushAll(
      'a',
      Array.from({ length: 4 }, () => ({ host: 'h' })),
    );
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
    await world.pushAll(
      'a',
      Array.from({ length: 3 }, () => ({ host: 'h' })),
    );
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

  test('an outcome stands though a hand on Redis released its line once more', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    const [url = fail()] = (await world.release()).urls;
    const entry = await world.redis.hgetall(world.keys.released);
    await world.frontier.commit([commitOf(url)]);
    await world.redis.hset(world.keys.released, entry);
    await world.frontier.commit([commitOf(url, { class: 'http-error' })]);
    expect(await world.runs.status('a')).toMatchObject({ recorded: 1, classes: { ok: 1 } });
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
    await world.frontier.push({
      run: 'a',
      expected: '',
      after: 'e',
      pushedAfter: 1,
      last: true,
      markBytes: 1,
      sinkLagBytes: 1e9,
      atIso: '',
      items,
    });
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

function fail(): never {
  throw new Error('nothing was released');
}
