import type { TurnRequest } from '@trawl/shared/frontier/frontier.ts';
import { redisNowMs } from '@trawl/shared/platform/redis.ts';
import { describe, expect, test } from 'vitest';
import { frontierWorld, turnOfReleased } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

const acquireLimits = { leaseMs: 60_000, longestWaitMs: 1000 };

describe('the gap', () => {
  const gapRun = { perHost: 6, perHostGapMs: 400 };
  const twoReleased = async () => {
    await world.startRun('a', gapRun);
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const [first = fail()] = (await world.release()).urls;
    await world.redis.hset('{t0}:h:h', 'next', 1);
    await world.redis.zadd(world.keys.ready, 1, 'h');
    const [second = fail()] = (await world.release()).urls;
    return { first: turnOfReleased(first), second: turnOfReleased(second) };
  };

  const startsOf = () => world.redis.hmget('{t0}:h:h', 'last', 'lastBy');
  /** Redis ms of the start that is granted. */
  const startOf = async (turn: TurnRequest, change: object = {}): Promise<number> => {
    expect(await world.frontier.acquire(turn, { ...acquireLimits, ...change })).toMatchObject({ kind: 'go' });
    return Number((await startsOf())[0]);
  };

  test('is kept between the starts of two URLs that were released already', async () => {
    const { first, second } = await twoReleased();
    const startMs = await startOf(first);
    expect(await startOf(second)).toBeGreaterThanOrEqual(startMs + gapRun.perHostGapMs);
  });

  test('moves with the process that was held up between its turn and its request', async () => {
    const { first, second } = await twoReleased();
    const startMs = await startOf(first);
    const again = { ...acquireLimits, again: true };
    expect(await world.frontier.acquire(first, again)).toEqual({ kind: 'go', waitMs: 0, isPaced: true });
    const movedToMs = Number((await startsOf())[0]);
    expect(movedToMs).toBeGreaterThanOrEqual(startMs);
    expect(await startOf(second)).toBeGreaterThanOrEqual(movedToMs + gapRun.perHostGapMs);
  });

  /** The start that was granted lies far back: the request left a tenth of a second ago. */
  const leftLate = async (turn: TurnRequest, lastBy: string): Promise<number> => {
    const startedAtMs = Math.floor(await redisNowMs(world.redis)) - 100;
    await world.redis.hset('{t0}:h:h', 'last', 1000, 'lastBy', lastBy);
    await world.frontier.commit([{ ...turn, class: 'ok', summary: '', json: '{}', startedAtMs }]);
    expect(await startsOf()).toEqual([String(startedAtMs), '']);
    return startedAtMs;
  };

  test('is kept to a request that left late, also by one that asks again', async () => {
    const { first, second } = await twoReleased();
    await startOf(first);
    const startedAtMs = await leftLate(first, second.id);
    expect(await startOf(second, { again: true })).toBeGreaterThanOrEqual(startedAtMs + gapRun.perHostGapMs);
  });

  test('begins where the time ends for which a start may be used', async () => {
    const { first, second } = await twoReleased();
    const endMs = await startOf(first, { spareMs: 200 });
    expect(endMs - Math.floor(await redisNowMs(world.redis))).toBeGreaterThan(100);
    expect(await startOf(second)).toBeGreaterThanOrEqual(endMs + gapRun.perHostGapMs);
  });

  test('is granted no earlier than its answer arrives', async () => {
    const { first } = await twoReleased();
    const granted = await world.frontier.acquire(first, { ...acquireLimits, leadMs: 30 });
    expect(granted).toMatchObject({ kind: 'go', waitMs: 30 });
  });

  test('is kept between a request and its own retry', async () => {
    const { first } = await twoReleased();
    const startMs = await startOf(first);
    await world.frontier.yield(first, {});
    expect(await startOf(first)).toBeGreaterThanOrEqual(startMs + gapRun.perHostGapMs);
  });

  test('counts from when the request really left', async () => {
    const { first, second } = await twoReleased();
    await startOf(first);
    const startedAtMs = await leftLate(first, first.id);
    expect(await startOf(second)).toBeGreaterThanOrEqual(startedAtMs + gapRun.perHostGapMs);
  });
});

function fail(): never {
  throw new Error('nothing was released');
}
