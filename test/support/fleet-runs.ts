import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RunSpec, RunStatus, SinkSpec } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { settingsWith } from './settings-for-tests.ts';
import { until } from './until.ts';

/** Locks and sweeps as short as tests want them; a real fleet takes its time. */
export const impatient = {
  TRAWL_LOCK: '4s',
  TRAWL_JOB_DEADLINE: '3s',
  TRAWL_STALLED_INTERVAL: '1s',
  TRAWL_SWEEP_INTERVAL: '1s',
  TRAWL_LEASE: '8s',
  TRAWL_GRACE: '1s',
  TRAWL_LOG_LEVEL: 'error',
};

/** Nothing is taken from a process of which a slow machine has heard nothing for a while: for tests in which none dies. */
export const patient = {
  TRAWL_LOCK: '20m',
  TRAWL_JOB_DEADLINE: '10m',
  TRAWL_STALLED_INTERVAL: '1m',
  TRAWL_LEASE: '30m',
};

/** Runs whose lists and sinks are files of the directory. */
export const createFleetRuns = (redis: Redis, directory: string) => {
  const runs = createRuns(redis, firstShard);
  const outputOf = (run: string) => join(directory, `${run}.jsonl`);

  const create = async (run: string, list: string, given: Pick<RunSpec, 'settings' | 'sinks' | 'fedBy'>) => {
    const path = join(directory, `${run}.txt`);
    await writeFile(path, list);
    const spec: RunSpec = { run, createdAtMs: 1, source: { kind: 'text', path }, ...given };
    if (!(await runs.create(spec))) throw new Error(`run ${run} exists`);
  };
  const ownFile = (run: string): SinkSpec => ({ kind: 'jsonl', path: outputOf(run) });

  const status = async (run: string): Promise<RunStatus> => {
    const found = await runs.status(run);
    if (!found) throw new Error(`no run ${run}`);
    return found;
  };

  return {
    runs,
    /** A run for a producer that is started with its name. */
    createRun: (
      run: string,
      list: string,
      change: Partial<CrawlSettings> = {},
      sinks = [ownFile(run)],
    ): Promise<void> => create(run, list, { settings: settingsWith(change), sinks }),
    /** A run for whichever producer serves the fleet: no process need be started for it. */
    leaveRun: (run: string, list: string, change: Partial<CrawlSettings> = {}): Promise<void> =>
      create(run, list, { settings: settingsWith(change), sinks: [ownFile(run)], fedBy: 'fleet' }),
    status,
    outputOf,
    /** Resolves with the run's status once every line has its outcome. */
    finished: async (run: string): Promise<RunStatus> => {
      await until(async () => (await status(run)).state === 'finished');
      return status(run);
    },
    recorded: (run: string, n: number) => until(async () => (await status(run)).recorded >= n),
    /** The seqs in the file of the run's sink, ascending. */
    seqsInFile: async (run: string): Promise<number[]> => {
      const lines = (await readFile(outputOf(run), 'utf8')).trimEnd().split('\n');
      return lines.map((line) => (JSON.parse(line) as { seq: number }).seq).sort((a, b) => a - b);
    },
  };
};
