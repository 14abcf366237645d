import { readLedger } from '@trawl/shared/frontier/ledger.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { expect } from 'vitest';
import { type HostArrivals, mostAtOnce, mostLateMs, shortGapsMs } from '../pretend-web/judge-arrivals.ts';
import { until } from '../until.ts';
import type { Machines } from './machines-world.ts';

export type WholeRun = { run: string; lines: number; classes: Record<string, number> };

/** Every line has one outcome, these classes; its sink has each seq once; nothing is left on the way. */
export const expectWholeRuns = async (world: Machines, ...runs: WholeRun[]): Promise<void> => {
  for (const { run, lines, classes } of runs) {
    await until(async () => (await world.status(run)).collectedAtMs !== undefined);
    expect((await world.status(run)).classes).toEqual(classes);
    const ledger = await readLedger(world.redis, firstShard, run, lines);
    expect(ledger).toEqual({ bitsSet: lines, missing: [], missingCount: 0 });
    expect(await world.seqsInFile(run)).toEqual(Array.from({ length: lines }, (_, seq) => seq));
  }
  expect(await world.redis.hlen(keysOf(firstShard).released)).toBe(0);
};

/** As the origin saw it. */
export const expectNeverMoreAtOnce = async (world: Machines, hosts: string[], limit: number): Promise<void> => {
  const arrivals = await arrivalsAt(world, hosts);
  const peaks = hosts.map((host, i) => ({ host, atOnce: mostAtOnce(arrivals[i] ?? noArrivals) }));
  expect(peaks.filter(({ atOnce }) => atOnce > limit)).toEqual([]);
  expect(Math.max(...peaks.map(({ atOnce }) => atOnce))).toBe(limit);
};

/** As the origin saw it: an arrival may have been stamped late by as much as its process stood still. */
export const expectGapsKept = async (world: Machines, hosts: string[], gapMs: number): Promise<void> => {
  const lateMs = mostLateMs((await world.web.summary()).standstillMs);
  const arrivals = await arrivalsAt(world, hosts);
  expect(arrivals.flatMap(({ startsMs }) => startsMs).length).toBeGreaterThan(hosts.length);
  expect(arrivals.flatMap(({ startsMs }) => shortGapsMs(startsMs, { gapMs, lateMs }))).toEqual([]);
};

const noArrivals: HostArrivals = { startsMs: [], endsMs: [], paths: [] };

async function arrivalsAt(world: Machines, hosts: string[]): Promise<HostArrivals[]> {
  const arrivals = await world.web.arrivals();
  return hosts.map((host) => arrivals.get(host) ?? noArrivals);
}
