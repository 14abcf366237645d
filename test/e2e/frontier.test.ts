import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { describe, expect, test } from 'vitest';
import { commitOf, frontierWorld, turnOfReleased, urlItem } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

test('a run that is created again, after its answer got lost, is the same; another of its name is refused', async () => {
  expect(await world.startRun('a')).toBe(true);
  await world.pushAll('a', [{ host: 'h' }]);
  expect([await world.startRun('a'), await world.startRun('a', { perHost: 2 })]).toEqual([true, false]);
  expect(await world.linesOf('a')).toBe(1);
});

describe('push', () => {
  test('a batch that continues from another checkpoint changes nothing and names the one that holds', async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    expect(await world.pushAll('a', [{ host: 'h' }])).toEqual({ kind: 'moved', checkpoint: 'end' });
    expect(await world.linesOf('a')).toBe(1);
  });

  test('above the backlog mark nothing is taken', async () => {
    await world.startRun('a');
    const batch = {
      run: 'a',
      expected: '',
      after: 'x',
      pushedAfter: 1,
      last: false,
      markBytes: 0,
      sinkLagBytes: 1e9,
      atIso: '',
    };
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
        fingerprint: { bucket: (n * 2654435761) % 2 ** 32, member: String(n) },
      }));
    const batch = { run: 'a', markBytes: 1e9, sinkLagBytes: 1e9, atIso: '', last: false };
    await world.frontier.push({
      ...batch,
      expected: '',
      after: '1',
      pushedAfter: 3000,
      items: itemsOf(members.slice(0, 3000), 0),
    });
    await world.frontier.push({
      ...batch,
      expected: '1',
      after: '2',
      pushedAfter: 6000,
      items: itemsOf(members.slice(3000), 3000),
    });
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
    await world.redis.hset(world.keys.lag, 'a', 100);
    expect((await world.release({ sinkLagBytes: 99 })).urls).toHaveLength(0);
    expect((await world.release({ sinkLagBytes: 100 })).urls).toHaveLength(1);
  });

  test('runs share a host line by line, the strictest of them sets its limit', async () => {
    await world.startRun('big', { perHost: 100 });
    await world.startRun('small', { perHost: 4 });
    await world.pushAll(
      'big',
      Array.from({ length: 10 }, () => ({ host: 'h' })),
    );
    await world.pushAll(
      'small',
      Array.from({ length: 2 }, () => ({ host: 'h' })),
    );
    const { urls } = await world.release();
    expect(urls.map(({ run }) => run).toSorted()).toEqual(['big', 'big', 'small', 'small']);
  });

  test('a global rate lets a burst of a tenth of a second go and announces the next token', async () => {
    await world.startRun('a', { ratePerSecond: 20, perHost: 100 });
    await world.pushAll(
      'a',
      Array.from({ length: 10 }, () => ({ host: 'h' })),
    );
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
