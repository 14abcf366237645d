import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endOf } from '../support/fleet-world.ts';
import { expectGapsKept, expectNeverMoreAtOnce, expectWholeRun } from '../support/machines/expect-whole.ts';
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

describe.skipIf(areMissing)(`${title}`, () => {
  let world: Machines;

  beforeEach(async () => {
    world = await startMachines(givenCutMs > 0 ? { settings: { TRAWL_LOG_LEVEL: 'error' } } : {});
  });
  afterEach(() => world.stop());

  const [perHost, gapMs] = [3, 150];
  const lines = givenCutMs > 0 ? 3000 : 900;
  const pacedLines = lines / 3;
  const classes = { ok: (lines * 5) / 6, 'http-error': lines / 6 };
  const answerMs = { wide: 250, paced: 40 };
  const retries = { backoffMs: 50, totalTimeoutMs: 2500 };

  /** One in six is not there, one in six fails once. */
  const list = (hosts: string[]): string =>
    Array.from({ length: lines }, (_, i) => {
      const path = [`/flaky?id=${i}&fails=1&status=500&`, '/status/404?'][i % 6] ?? '/ok?';
      return `http://${hosts[i % hosts.length]}${path}delay=${answerMs.wide}&seq=${i}`;
    }).join('\n');

  const startFleet = async (): Promise<{ hosts: string[]; pacedHosts: string[]; workers: ChildProcess[] }> => {
    const all = world.web.hosts(16);
    const [hosts, pacedHosts] = [all.slice(0, 8), all.slice(8)];
    await world.createRun('wide', list(hosts), { perHost, ...retries });
    const paced = Array.from(
      { length: pacedLines },
      (_, i) => `http://${pacedHosts[i % 8]}/ok?delay=${answerMs.paced}&seq=${i}`,
    ).join('\n');
    await world.createRun('paced', paced, { perHostGapMs: gapMs, ...retries });
    for (const run of ['wide', 'paced']) {
      world.start('producer', world.machines.producer, ['--run', run]);
      world.start('collector', world.machines.producer, ['--run', run]);
    }
    return { hosts, pacedHosts, workers: world.machines.workers.map((machine) => world.start('worker', machine)) };
  };

  /** Everything that was under way when the machine was cut off has its outcome: others did the work. */
  const takenOver = async (): Promise<void> => {
    const atCut = await world.redis.hkeys(keysOf(firstShard).released);
    await until(async () =>
      (await world.redis.hmget(keysOf(firstShard).released, ...atCut)).every((one) => one === null),
    );
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
    async ({ links, how }) => {
      const { hosts, pacedHosts, workers } = await startFleet();
      await world.recorded('wide', 100);
      await cutOff(the(world.machines.workers[0]), [...links], how);

      // From here on only the one that was cut off is left: what is recorded is its work.
      expect(await endOf(the(workers[1]), 'SIGTERM')).toBe(0);
      expect((await world.status('wide')).state).not.toBe('finished');
      await expectWholeRun(world, 'wide', { lines, classes });
      await expectWholeRun(world, 'paced', { lines: pacedLines, classes: { ok: pacedLines } });
      await expectNeverMoreAtOnce(world, hosts, perHost);
      await expectGapsKept(world, pacedHosts, gapMs);
    },
  );
});

function the<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('it is not there');
  return thing;
}
