import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export type ChildEnd = { stdout: string; stderr: string; wallMs: number };

export type Child = {
  readonly pid: number | undefined;
  /** The first whole line on stdout. Rejects when the child ends without one. */
  firstLine: Promise<string>;
  /** Resolves when stderr holds the text. Rejects when the child ends without it. */
  logs: (text: string) => Promise<void>;
  /** Resolves when it has ended with 0; else throws with the end of what it wrote. */
  ended: Promise<ChildEnd>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type ChildOptions = {
  env?: Record<string, string>;
  /** Opens an IPC channel, whose closing tells the child that the bench is gone. */
  tied?: boolean;
  stop: AbortSignal;
};

const keptStderrChars = 4000;

/**
 * A child that ends with its scope, or when `stop` fires. Its environment carries no setting of Trawl or Node but those
 * of `env`, and that the origins of this machine may be asked.
 */
export const startChild = (command: string, args: string[], options: ChildOptions): Child => {
  options.stop.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(command, args, {
    env: { ...bareEnvironment(), TRAWL_ALLOW_PRIVATE: '127.0.0.0/8,::1/128', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.tied === true ? (['ipc'] as const) : [])],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.stderr = (written.stderr + text).slice(-keptStderrChars);
  });
  const halt = () => child.kill('SIGTERM');
  options.stop.addEventListener('abort', halt, { once: true });
  const ended = endOf(child, `${command} ${args.join(' ')}`, { written, startedAt }).finally(() =>
    options.stop.removeEventListener('abort', halt),
  );
  const firstLine = Promise.race([lineOf(child, written), ended.then(() => endedTooEarly(command))]);
  ended.catch(() => undefined); // whoever needs the end or the line awaits it; others only dispose
  firstLine.catch(() => undefined);
  return {
    pid: child.pid,
    firstLine,
    logs: (text) => Promise.race([logged(child, written, text), ended.then(() => endedTooEarly(command))]),
    ended,
    [Symbol.asyncDispose]: () => endChild(child),
  };
};

function endOf(
  child: ChildProcess,
  what: string,
  { written, startedAt }: { written: { stdout: string; stderr: string }; startedAt: number },
): Promise<ChildEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildEnd>();
  let wallMs = 0;
  child.once('error', reject);
  child.once('exit', () => {
    wallMs = performance.now() - startedAt;
  });
  child.once('close', (code, signal) => {
    if (code === 0) resolve({ ...written, wallMs });
    else
      reject(
        new Error(`${what} ended with ${signal ?? code}\n${written.stderr.trim() || written.stdout.slice(-1000)}`),
      );
  });
  return promise;
}

function lineOf(child: ChildProcess, written: { stdout: string }): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.stdout?.on('data', () => {
    const [line, ...rest] = written.stdout.split('\n', 2);
    if (line !== undefined && rest.length > 0) resolve(line);
  });
  return promise;
}

async function logged(child: ChildProcess, written: { stderr: string }, text: string): Promise<void> {
  while (!written.stderr.includes(text)) await once(child.stderr ?? child, 'data');
}

function endedTooEarly(command: string): never {
  throw new Error(`${command} ended before it was ready`);
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const impatient = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(impatient);
}

function bareEnvironment(): Record<string, string | undefined> {
  const ours = Object.entries(process.env).filter(([name]) => !/^(TRAWL_|REDIS_URL$|NODE_OPTIONS$)/.test(name));
  return Object.fromEntries(ours);
}
