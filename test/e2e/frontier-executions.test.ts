import { describe, expect, test } from 'vitest';
import { frontierWorld, turnOfReleased } from '../support/frontier-world.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let world: ReturnType<typeof frontierWorld>;
withRedisOfItsOwn((redis) => {
  world = frontierWorld(redis);
});

const acquireLimits = { leaseMs: 60_000, longestWaitMs: 1000 };

const commitFields = { class: 'ok' as const, summary: '', json: '{}' };

describe('an execution whose job was handed on while its worker was cut off', () => {
  const handedOn = async () => {
    await world.startRun('a', { perHost: 1 });
    await world.pushAll('a', [{ host: 'h' }, { host: 'h' }]);
    const first = turnOfReleased((await world.release()).urls[0] ?? fail());
    const second = { ...first, execution: 2 };
    expect(await world.frontier.acquire(second, acquireLimits)).toMatchObject({ kind: 'go' });
    return { first, second };
  };

  test('may still record the outcome, but leaves the slot to the one that is asking the host now', async () => {
    const { first, second } = await handedOn();
    expect(await world.frontier.commit([{ ...commitFields, ...first }])).toEqual([true]);
    expect((await world.release()).urls).toEqual([]);
    expect(await world.frontier.commit([{ ...commitFields, ...second }])).toEqual([false]);
    expect((await world.release()).urls).toHaveLength(1);
    expect(await world.redis.exists('{t0}:executions')).toBe(0);
  });

  test('gives neither slot nor URL back', async () => {
    const { first } = await handedOn();
    await world.frontier.yield(first, { putBack: '0 1 1 0 0 http://h/' });
    await world.frontier.yield(first, {});
    expect((await world.release()).urls).toEqual([]);
    expect(await world.redis.hlen(world.keys.released)).toBe(1);
  });

  test("gets no turn once its lock is another one's, or gone", async () => {
    await world.startRun('a');
    await world.pushAll('a', [{ host: 'h' }]);
    const turn = { ...turnOfReleased((await world.release()).urls[0] ?? fail()), lockToken: 'mine' };
    const lock = `${world.keys.job('fetch', turn.id)}:lock`;
    expect(await world.frontier.acquire(turn, acquireLimits)).toEqual({ kind: 'superseded' });
    await world.redis.set(lock, 'theirs');
    expect(await world.frontier.acquire(turn, acquireLimits)).toEqual({ kind: 'superseded' });
    await world.redis.set(lock, 'mine');
    expect(await world.frontier.acquire(turn, acquireLimits)).toMatchObject({ kind: 'go' });
  });

  test('gets no turn', async () => {
    const { first } = await handedOn();
    expect(await world.frontier.acquire(first, acquireLimits)).toEqual({ kind: 'superseded' });
  });

  test('and that records it frees the slot of a later one that died, as soon as the job is looked at again', async () => {
    const { first } = await handedOn();
    await world.frontier.commit([{ ...commitFields, ...first }]);
    expect(await world.frontier.acquire({ ...first, execution: 3 }, acquireLimits)).toEqual({ kind: 'recorded' });
    expect(await world.redis.zcard(world.keys.leases('h'))).toBe(0);
    expect(await world.redis.exists('{t0}:executions')).toBe(0);
  });
});

function fail(): never {
  throw new Error('nothing was released');
}
