import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { settingsWith } from '../settings-for-tests.ts';
import { makeSmallDisk, type SmallDisk } from '../small-disk.ts';
import { impatience } from './campaign-environment.ts';
import { type ChaosRedis, type RoundRedis, startChaosRedis } from './chaos-redis.ts';
import type { DealtRun } from './deal-round.ts';
import { type App, type Fleet, startFleet } from './fleet.ts';
import { machineMs } from './machine-clock.ts';
import { type Origin, startOrigin } from './origin.ts';
import { killWhoAsked } from './poison.ts';
import { createTimeline, type Timeline } from './timeline.ts';

export type CampaignWorld<R = ChaosRedis> = {
  directory: string;
  redis: R;
  origin: Origin;
  fleet: Fleet;
  timeline: Timeline;
  outputOf: (run: string) => string;
  sinksDisk: SmallDisk;
  /** What judges have seen would fill the disk in the end. */
  clearSinks: () => Promise<void>;
  createRun: (dealt: DealtRun) => Promise<void>;
  stop: () => Promise<void>;
};

export type WorldOptions = {
  size?: Partial<Record<App, number>>;
  settings?: Record<string, string>;
  keepFiles?: boolean;
  /** Where a world beside another one notes what happens. */
  timeline?: Timeline;
};

/** A whole fleet on the pretend web, all of it processes. Everything that is started here ends with `stop`. */
export const startCampaignWorld = async (options?: WorldOptions): Promise<CampaignWorld> =>
  startWorldOn(await startChaosRedis(), options);

/** The same on a Redis of any kind, which ends with it. */
export const startWorldOn = async <R extends RoundRedis>(
  redis: R,
  { size, settings, keepFiles, timeline = createTimeline(machineMs) }: WorldOptions = {},
): Promise<CampaignWorld<R>> => {
  const directory = await mkdtemp(join(tmpdir(), 'trawl-chaos-'));
  const origin = await startOrigin();
  const fleet = await startFleet({
    directory,
    redisPort: redis.gatePort,
    redisUrlAt: redis.urlAt,
    settings: { ...impatience, ...settings },
    size: { producer: 2, worker: 3, collector: 2, ...size },
    timeline,
  });
  origin.whenPoisoned((port) => void killWhoAsked(fleet, port));
  const disk = await makeSmallDisk(join(directory, 'sinks'));
  const outputOf = (run: string): string => join(disk.path, `${run}.jsonl`);

  return {
    directory,
    redis,
    origin,
    fleet,
    timeline,
    outputOf,
    sinksDisk: disk,
    clearSinks: async () => {
      if (keepFiles) return;
      for (const name of await readdir(disk.path)) await rm(join(disk.path, name), { force: true });
    },
    createRun: async ({ run, lines, settings: changes }) => {
      const path = join(directory, `${run}.txt`);
      await writeFile(path, `${lines.map(({ line }) => line).join('\n')}\n`);
      const isNew = await createRuns(redis.client, firstShard).create({
        run,
        createdAtMs: 1,
        source: { kind: 'text', path },
        settings: settingsWith(changes),
        sinks: [
          { kind: 'jsonl', path: outputOf(run) },
          { kind: 'redis', retentionMs: 600_000, maxRecords: 1_000_000 },
        ],
        fedBy: 'fleet',
      });
      if (!isNew) throw new Error(`run ${run} exists`);
      timeline.note('run created', { run, lines: lines.length });
    },
    stop: async () => {
      await fleet.endAll();
      await origin.close();
      await redis.stop();
      await disk.remove();
      if (!keepFiles) await rm(directory, { recursive: true, force: true });
    },
  };
};
