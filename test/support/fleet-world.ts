import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { RunStatus, SinkSpec } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { type EmbeddedTestRedis, startTestRedis } from './redis-for-tests.ts';
import { settingsWith } from './settings-for-tests.ts';
import { until } from './until.ts';

type App = 'producer' | 'worker' | 'collector';

/** Locks and sweeps as short as tests want them; a real fleet takes its time. */
const impatient = {
  TRAWL_LOCK: '4s',
  TRAWL_JOB_DEADLINE: '3s',
  TRAWL_STALLED_INTERVAL: '1s',
  TRAWL_SWEEP_INTERVAL: '1s',
  TRAWL_LEASE: '8s',
  TRAWL_GRACE: '1s',
  TRAWL_LOG_LEVEL: 'error',
};

/** A fleet of real processes on a Redis of its own. Everything that is started here ends with `stop`. */
export const startFleetWorld = async () => {
  const redis = await startTestRedis();
  const directory = await mkdtemp(join(tmpdir(), 'trawl-fleet-'));
  const runs = createRuns(await redis.connect(), firstShard);
  const children = new Set<ChildProcess>();

  const start = (app: App, args: string[] = [], variables: Record<string, string> = {}): ChildProcess => {
    const main = new URL(`../../apps/${app}/src/main.ts`, import.meta.url).pathname;
    const env = { ...process.env, ...impatient, REDIS_URL: redis.url, TRAWL_DATA_DIR: directory, ...variables };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };

  const createRun = async (
    run: string,
    list: string,
    change: Partial<CrawlSettings> = {},
    sinks: SinkSpec[] = [{ kind: 'jsonl', path: join(directory, `${run}.jsonl`) }],
  ): Promise<void> => {
    const path = join(directory, `${run}.txt`);
    await writeFile(path, list);
    const spec = {
      run,
      createdAtMs: 1,
      source: { kind: 'text' as const, path },
      settings: settingsWith(change),
      sinks,
    };
    if (!(await runs.create(spec))) throw new Error(`run ${run} exists`);
  };

  const status = async (run: string): Promise<RunStatus> => {
    const found = await runs.status(run);
    if (!found) throw new Error(`no run ${run}`);
    return found;
  };

  return {
    redis: redis as EmbeddedTestRedis,
    directory,
    runs,
    start,
    createRun,
    status,
    outputOf: (run: string) => join(directory, `${run}.jsonl`),
    /** Resolves with the run's status once every line has its outcome. */
    finished: async (run: string): Promise<RunStatus> => {
      await until(async () => (await status(run)).state === 'finished');
      return status(run);
    },
    recorded: (run: string, n: number) => until(async () => (await status(run)).recorded >= n),
    stop: async (): Promise<void> => {
      await Promise.all([...children].map((child) => endOf(child, 'SIGTERM')));
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** Sends the signal and resolves with the exit code, or the signal's name where that ended the process. */
export const endOf = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode ?? child.signalCode;
};
