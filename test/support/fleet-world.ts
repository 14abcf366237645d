import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFleetRuns, impatient } from './fleet-runs.ts';
import { startTestRedis, type TestRedis } from './redis-for-tests.ts';

type App = 'producer' | 'worker' | 'collector' | 'board';

/** A fleet of real processes on a Redis of its own. Everything that is started here ends with `stop`. */
export const startFleetWorld = async () => startFleetOn(await startTestRedis());

/** The same on a Redis of any kind, which ends with it. */
export const startFleetOn = async <T extends Pick<TestRedis, 'url' | 'connect' | 'stop'>>(redis: T) => {
  const directory = await mkdtemp(join(tmpdir(), 'trawl-fleet-'));
  const control = await redis.connect();
  const runs = createFleetRuns(control, directory);
  const children = new Set<ChildProcess>();
  const logs = new WeakMap<ChildProcess, string>();

  const start = (app: App, args: string[] = [], variables: Record<string, string> = {}): ChildProcess => {
    const main = new URL(`../../apps/${app}/src/main.ts`, import.meta.url).pathname;
    const env = { ...process.env, ...impatient, REDIS_URL: redis.url, TRAWL_DATA_DIR: directory, ...variables };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.on('data', (chunk) => {
      logs.set(child, (logs.get(child) ?? '') + String(chunk));
      process.stderr.write(chunk);
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };

  /** What has to end in order is told so by its test. */
  const killAll = () => Promise.all([...children].map((child) => endOf(child, 'SIGKILL')));

  return {
    redis,
    directory,
    ...runs,
    start,
    /** What a process has said so far. */
    logOf: (child: ChildProcess): string => logs.get(child) ?? '',
    /** Ends all processes and empties Redis, for a next test. */
    clear: async (): Promise<void> => {
      await killAll();
      await control.flushall();
    },
    stop: async (): Promise<void> => {
      await killAll();
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/**
 * Sends the signal, if there is one, and resolves with the exit code, or the signal's name where that ended the process: when all that it
 * said has been read.
 */
export const endOf = async (child: ChildProcess, signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    if (signal) child.kill(signal);
    await exited;
  }
  if (child.stderr?.closed === false) await once(child.stderr, 'close');
  return child.exitCode ?? child.signalCode;
};
