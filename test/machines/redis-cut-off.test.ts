import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectNeverMoreAtOnce, expectWholeRun } from '../support/machines/expect-whole.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { type Machines, startMachines } from '../support/machines/machines-world.ts';

/** Longer than the locks and shorter than the leases, so that all kinds of work change hands while it is under way. */
const cutMs = 6000;
const { title, areMissing } = await machinesHere();

describe.skipIf(areMissing)(`${title}`, () => {
  let world: Machines;

  beforeEach(async () => {
    world = await startMachines();
  });
  afterEach(() => world.stop());

  const lines = 300;

  test.each([
    { who: 'Redis is cut off from everybody', machine: () => world.machines.redis },
    { who: 'a worker host is cut off from Redis', machine: () => world.machines.workers[0] ?? world.machines.redis },
  ])(
    '$who, longer than a job is kept for its worker: slow hosts are not asked too much when it is back',
    async ({ machine }) => {
      const hosts = world.web.hosts(10);
      const urls = Array.from({ length: lines }, (_, i) => `http://${hosts[i % hosts.length]}/ok?delay=1900&seq=${i}`);
      await world.createRun('a', urls.join('\n'), { perHost: 3, totalTimeoutMs: 2800 });
      world.start('producer', world.machines.producer, ['--run', 'a']);
      world.start('collector', world.machines.producer, ['--run', 'a']);
      for (const each of world.machines.workers) world.start('worker', each);
      await world.recorded('a', 60);
      await world.network.cut(machine(), ['fleet'], 'unplugged');
      await delay(cutMs);
      await world.network.mend(machine(), ['fleet']);
      expect((await world.status('a')).state).not.toBe('finished');
      await expectWholeRun(world, 'a', { lines, classes: { ok: lines } });
      await expectNeverMoreAtOnce(world, hosts, 3);
    },
  );
});
