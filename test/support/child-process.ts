import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** How a process ended: code or signal, and what it wrote. */
export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type TestProcess = {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** The next message that it sends; rejects when it ends without one. */
  message: <T>() => Promise<T>;
  /** Resolves when it has written the text to stdout. */
  says: (text: string) => Promise<void>;
};

/** Runs test/support/processes/<name>.ts as a child. It is killed when the test is over, whatever happened. */
export const startProcess = (
  name: string,
  args: string[],
  options: { ipc: boolean; env?: Record<string, string> /** In the place of a pipe. */; stderr?: number },
): TestProcess => {
  const env = { ...process.env, ...options.env };
  const path = fileURLToPath(new URL(`./processes/${name}.ts`, import.meta.url));
  const child = options.ipc
    ? fork(path, args, { silent: true, execArgv: [], env })
    : spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', options.stderr ?? 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
  // Not 'close': a forked child whose channel the parent has closed never emits it.
  const streamEnds = async (stream: Readable | null) => stream && once(stream, 'end');
  const ended = Promise.all([once(child, 'exit'), streamEnds(child.stdout), streamEnds(child.stderr)]).then(
    (): Ended => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const endedFirst = async (wanted: string): Promise<never> => {
    const { code, signal } = await ended;
    throw new Error(`${name} ended (${code ?? signal}) before ${wanted}:\n${stdout}\n${stderr}`);
  };
  return {
    child,
    ended,
    message: async <T>() =>
      Promise.race([once(child, 'message').then(([message]) => message as T), endedFirst('a message')]),
    says: async (text) => {
      const said = async () => {
        while (!stdout.includes(text)) await once(child.stdout ?? child, 'data');
      };
      await Promise.race([said(), endedFirst(`saying ${text}`)]);
    },
  };
};
