import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endOf } from '../support/fleet-world.ts';
import { expectNeverMoreAtOnce, expectWholeRun } from '../support/machines/expect-whole.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { type Machines, startMachines } from '../support/machines/machines-world.ts';

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

  beforeEach(async () => {
    world = await startMachines({ workerHosts: 4, settings: endlessLocks });
  });
  afterEach(() => world.stop());

  const lines = 1500;

  test('workers become four and one again in mid-run: no line waits for one that left, no host is asked too much', async () => {
    const hosts = world.web.hosts(10);
    const urls = Array.from({ length: lines }, (_, i) => `http://${hosts[i % hosts.length]}/ok?delay=200&seq=${i}`);
    await world.createRun('a', urls.join('\n'), { perHost: 4 });
    world.start('producer', world.machines.producer, ['--run', 'a']);
    world.start('collector', world.machines.producer, ['--run', 'a']);
    const [first, ...others] = world.machines.workers.map((machine) => () => world.start('worker', machine));

    first?.();
    await world.recorded('a', 100);
    const helping: ChildProcess[] = others.map((start) => start());
    await world.recorded('a', 800);
    expect(await Promise.all(helping.map((worker) => endOf(worker, 'SIGTERM')))).toEqual([0, 0, 0]);
    expect((await world.status('a')).state).not.toBe('finished');

    await expectWholeRun(world, 'a', { lines, classes: { ok: lines } });
    await expectNeverMoreAtOnce(world, hosts, 4);
    expect(await attemptsIn(world.outputOf('a'))).toEqual(new Set([1]));
    for (const host of hosts) expect(await world.redis.exists(`${firstShard.prefix}l:${host}`)).toBe(0);
  });
});

async function attemptsIn(path: string): Promise<Set<number>> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return new Set(lines.map((line) => (JSON.parse(line) as { attempts: number }).attempts));
}
