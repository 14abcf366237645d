import { setTimeout as delay } from 'node:timers/promises';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endOf } from '../support/fleet-world.ts';
import { expectGapsKept, expectNeverMoreAtOnce, expectWholeRuns } from '../support/machines/expect-whole.ts';
import { machinesHere } from '../support/machines/machines-here.ts';
import { type Machines, startMachines } from '../support/machines/machines-world.ts';
import type { Cut, Link, Machine } from '../support/machines/network.ts';
import { until } from '../support/until.ts';

/**
 * A cut of a given length, with the locks of a real fleet: TRAWL_TEST_CUT_MS=30000. Otherwise locks are short, and a cut
 * lasts until others have taken over what the cut-off worker had.
 */
const givenCutMs = Number(process.env['TRAWL_TEST_CUT_MS'] ?? 0);
const { title, areMissing } = await machinesHere();
const keys = keysOf(firstShard);

describe.skipIf(areMissing)(`${title}`, () => {
  let world: Machines;
  let unused: string[];

  beforeAll(async () => {
    world = await startMachines(givenCutMs > 0 ? { settings: { TRAWL_LOG_LEVEL: 'error' } } : {});
    unused = world.web.hosts(32);
    world.start('producer', world.machines.producer);
    world.start('collector', world.machines.producer);
  });
  afterAll(() => world?.stop());

  const [perHost, gapMs] = [3, 150];
  const lines = givenCutMs > 0 ? 3000 : 300;
  const pacedLines = lines / 3;
  const retries = { attempts: 20, backoffMs: 50, backoffCapMs: 500, totalTimeoutMs: 2500 };

  /** Of ten lines one is not there, one fails once, one is slow: it is on its way for much of the cut. */
  const wide = (hosts: string[]): string =>
    Array.from({ length: lines }, (_, i) => {
      const path =
        [`/flaky?id=${i}&fails=1&status=500&`, '/status/404?', '/ok?delay=1500&'][i % 10] ?? '/ok?delay=250&';
      return `http://${hosts[i % hosts.length]}${path}seq=${i}`;
    }).join('\n');
  const classes = { ok: (lines * 9) / 10, 'http-error': lines / 10 };

  const paced = (hosts: string[]): string =>
    Array.from({ length: pacedLines }, (_, i) => `http://${hosts[i % hosts.length]}/ok?delay=40&seq=${i}`).join('\n');

  /** Everything that was under way when the machine was cut off has its outcome: others did the work. */
  const takenOver = async (): Promise<void> => {
    const atCut = await world.redis.hkeys(keys.released);
    await until(async () => (await world.redis.hmget(keys.released, ...atCut)).every((one) => one === null));
  };

  const cutOff = async (machine: Machine, links: Link[], how: Cut): Promise<void> => {
    await world.network.cut(machine, links, how);
    await (givenCutMs > 0 ? delay(givenCutMs) : takenOver());
    await world.network.mend(machine, links);
  };

  test.each([
    { from: 'Redis, and goes on asking the web', links: ['fleet'], how: 'silent' },
    { from: 'everything', links: ['fleet', 'web'], how: 'unplugged' },
  ] as const)(
    'a worker host is cut off from $from, and comes back: no line is lost or recorded twice, no host asked too much',
    { timeout: 180_000 },
    async ({ links, how }) => {
      const [hosts, pacedHosts] = [unused.splice(0, 8), unused.splice(0, 8)];
      const runs = [
        { run: `wide-${how}`, lines, classes },
        { run: `paced-${how}`, lines: pacedLines, classes: { ok: pacedLines } },
        { run: `back-${how}`, lines, classes },
      ] as const;
      const [cut, other] = world.machines.workers.map((machine) => ({
        machine,
        child: world.start('worker', machine),
      }));
      if (cut === undefined || other === undefined) throw new Error('there are two hosts for workers');
      await until(async () => (await world.redis.hlen(keys.workers)) === 2);
      await world.leaveRun(runs[0].run, wide(hosts), { perHost, ...retries });
      await world.leaveRun(runs[1].run, paced(pacedHosts), { perHostGapMs: gapMs, ...retries });
      await world.recorded(runs[0].run, 40);
      await cutOff(cut.machine, [...links], how);

      // From here on only the one that was cut off is left: what is recorded is its work.
      expect(await endOf(other.child, 'SIGTERM')).toBe(0);
      await world.leaveRun(runs[2].run, wide(hosts), { perHost, ...retries });
      await expectWholeRuns(world, ...runs);
      await expectNeverMoreAtOnce(world, hosts, perHost);
      await expectGapsKept(world, pacedHosts, gapMs);
      expect(await endOf(cut.child, 'SIGTERM')).toBe(0);
    },
  );
});
