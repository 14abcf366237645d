import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const bin = fileURLToPath(new URL('../../apps/cli/bin/trawl.js', import.meta.url));

export type EndedCommand = { code: number | null; stdout: string; stderr: string };

/** `trawl ARGS` with these variables over our own. Killed when the test is over, should it still run. */
export const startTrawlCommand = (
  args: string[],
  variables: Record<string, string>,
): { child: ChildProcess; ended: Promise<EndedCommand> } => {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]): EndedCommand => ({ code: code as number | null, stdout, stderr }),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
};
