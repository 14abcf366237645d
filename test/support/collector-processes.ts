import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../apps/collector/src/main.ts', import.meta.url));

/** Collectors as processes of their own, and what is needed to leave none behind. */
export const collectorProcesses = () => {
  const running = new Set<ChildProcess>();
  return {
    start: (redisUrl: string, args: string[]): ChildProcess => {
      const env = { ...process.env, REDIS_URL: redisUrl, TRAWL_LOG_LEVEL: 'fatal' };
      const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      running.add(child);
      child.once('exit', () => running.delete(child));
      return child;
    },
    killAll: async (): Promise<void> => {
      for (const child of running) await ended(child, 'SIGKILL');
    },
  };
};

/** Sends the signal, if any, and gives the exit code, or the signal that ended it. */
export const ended = async (child: ChildProcess, signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    if (signal) child.kill(signal);
    await exit;
  }
  return child.exitCode ?? child.signalCode;
};
