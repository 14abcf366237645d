import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endOf } from '../support/fleet-world.ts';
import { expectNeverMoreAtOnce, expectWholeRuns } from '../support/machines/expect-whole.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { type Machines, startMachines } from '../support/machines/machines-world.ts';
import { until } from '../support/until.ts';

/** So long that a line that waits for a worker which is gone waits beyond the end of the test. */
const endlessLocks = {
  TRAWL_LOCK: '20m',
  TRAWL_JOB_DEADLINE: '15m',
  TRAWL_STALLED_INTERVAL: '20m',
  TRAWL_LEASE: '60m',
  TRAWL_CONCURRENCY: '16',
  TRAWL_LOG_LEVEL: 'error',
};

const { title, areMissing } = await machinesHere();

describe.skipIf(areMissing)(`${title}`, () => {
  let world: Machines;

  beforeAll(async () => {
    world = await startMachines({ workerHosts: 4, settings: endlessLocks });
  });
  afterAll(() => world?.stop());

  const lines = 300;

  test('workers become four and one again: no line waits for one that left, no host is asked too much', async () => {
    const hosts = world.web.hosts(10);
    const urls = Array.from({ length: lines }, (_, i) => `http://${hosts[i % hosts.length]}/ok?delay=200&seq=${i}`);
    const runs = ['with-one', 'with-four'].map((run) => ({ run, lines, classes: { ok: lines } }));
    const crawl = (run: string) => world.leaveRun(run, urls.join('\n'), { perHost: 4 });
    const workers = (n: number) => until(async () => (await world.redis.hlen(keysOf(firstShard).workers)) === n);
    world.start('producer', world.machines.producer);
    world.start('collector', world.machines.producer);
    const [first, ...others] = world.machines.workers.map((machine) => () => world.start('worker', machine));

    await crawl('with-one');
    first?.();
    await world.recorded('with-one', 50);
    const helping: ChildProcess[] = others.map((start) => start());
    await workers(4);
    await crawl('with-four');
    await world.recorded('with-four', 100);
    expect(await Promise.all(helping.map((worker) => endOf(worker, 'SIGTERM')))).toEqual([0, 0, 0]);
    await workers(1);

    await expectWholeRuns(world, ...runs);
    await expectNeverMoreAtOnce(world, hosts, 4);
    for (const { run } of runs) expect(await attemptsIn(world.outputOf(run))).toEqual(new Set([1]));
    for (const host of hosts) expect(await world.redis.exists(`${firstShard.prefix}l:${host}`)).toBe(0);
  });
});

async function attemptsIn(path: string): Promise<Set<number>> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return new Set(lines.map((line) => (JSON.parse(line) as { attempts: number }).attempts));
}
