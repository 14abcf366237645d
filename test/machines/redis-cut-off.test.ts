import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNeverMoreAtOnce, expectWholeRuns } from '../support/machines/expect-whole.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { type Machines, startMachines } from '../support/machines/machines-world.ts';
import { until } from '../support/until.ts';

const { title, areMissing } = await machinesHere();

describe.skipIf(areMissing)(`${title}`, () => {
  let world: Machines;

  beforeAll(async () => {
    world = await startMachines();
  });
  afterAll(() => world?.stop());

  test('Redis is cut off from everybody, longer than a job is kept for its worker: slow hosts are not asked too much when it is back', async () => {
    const hosts = world.web.hosts(10);
    const lines = 60;
    const list = Array.from({ length: lines }, (_, i) => `http://${hosts[i % 10]}/ok?delay=1900&seq=${i}`).join('\n');
    const settings = { perHost: 3, totalTimeoutMs: 2800, attempts: 20, backoffMs: 50 };
    world.start('producer', world.machines.producer);
    world.start('collector', world.machines.producer);
    for (const each of world.machines.workers) world.start('worker', each);
    await world.leaveRun('before', list, settings);
    await world.recorded('before', 10);
    await world.network.cut(world.machines.redis, ['fleet'], 'unplugged');
    expect(await world.redis.hlen(keysOf(firstShard).released)).toBeGreaterThan(0);
    // All kinds of work change hands while it is under way: locks are gone, and leases are not.
    await until(async () => (await world.redis.keys(`${firstShard.prefix}fetch:*:lock`)).length === 0);
    await world.leaveRun('after', list, settings);
    await world.network.mend(world.machines.redis, ['fleet']);
    const runs = ['before', 'after'].map((run) => ({ run, lines, classes: { ok: lines } }));
    await expectWholeRuns(world, ...runs);
    await expectNeverMoreAtOnce(world, hosts, 3);
  });
});
