import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export type App = 'producer' | 'worker' | 'collector' | 'board';

/** A process of the fleet as it is to be started, also again after it died. */
export type ChildPlan = {
  /** Unique within the fleet: `worker-2`. */
  name: string;
  app: App;
  args: string[];
  stdin: 'inherit' | 'ignore';
  stdout: 'inherit' | 'ignore';
  /** Receives stderr, behind what it holds. */
  logPath: string;
};

export type ChildEnd = { code: number | null; signal: NodeJS.Signals | null };

export type Child = {
  pid: number | undefined;
  /** Length of the log when the child began, so that its own words can be told. */
  logFromBytes: number;
  ended: Promise<ChildEnd>;
  terminate: () => void;
  kill: () => void;
};

/** Where an app begins. Starting a process from a path is all that the CLI knows of the other apps. */
export const mainOf = (app: App): string => fileURLToPath(new URL(`../../../${app}/src/main.ts`, import.meta.url));

/**
 * Node lets garbage grow with the memory of the machine. What lives in our processes is small: with these bounds a worker takes 180 MB
 * where 32 MB of semi-space made it 215, and 276 instead of 316 MB amid hostile hosts. It costs some 9 % of CPU per URL on hosts that
 * answer at once: what is in flight is copied by four times as many collections. Bodies lie outside of this heap.
 */
export const heapBounds = ['--max-semi-space-size=8', '--max-old-space-size=384'];

/**
 * Starts a process of the fleet. It stands in a session of its own: a Ctrl-C of the terminal reaches the CLI only, which
 * then ends the fleet in order. The IPC channel ends it when the CLI dies.
 */
export const startChild = (
  plan: ChildPlan,
  surroundings: { execPath: string; environment: Record<string, string | undefined> },
): Child => {
  mkdirSync(dirname(plan.logPath), { recursive: true });
  const log = openSync(plan.logPath, 'a', 0o600);
  try {
    const logFromBytes = fstatSync(log).size;
    const child = spawn(surroundings.execPath, [...heapBounds, mainOf(plan.app), ...plan.args], {
      detached: true,
      env: surroundings.environment,
      stdio: [plan.stdin, plan.stdout, log, 'ipc'],
    });
    const send = (signal: NodeJS.Signals) => () => void child.kill(signal);
    return { pid: child.pid, logFromBytes, ended: endOf(child), terminate: send('SIGTERM'), kill: send('SIGKILL') };
  } finally {
    closeSync(log);
  }
};

export function endOf(child: ChildProcess): Promise<ChildEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildEnd>();
  child.once('exit', (code, signal) => resolve({ code, signal }));
  child.once('error', reject);
  return promise;
}

export const describeEnd = ({ code, signal }: ChildEnd): string =>
  signal === null ? `exit code ${code}` : `killed by ${signal}`;
