import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import type { Shell } from './shell.ts';

/**
 * The process behind `trawl`. The first Ctrl-C (SIGINT), SIGTERM or SIGHUP lets the command end in order, the second one
 * kills its children and ends at once. Whoever started it with an IPC channel and dies ends it too.
 */
const stop = new AbortController();
const kill = new AbortController();

const onSignal = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void => {
  if (!stop.signal.aborted) {
    stop.abort(signal);
    return;
  }
  kill.abort(signal);
  process.exit(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.on('SIGHUP', onSignal);
process.once('disconnect', () => onSignal('SIGTERM'));

// `trawl results | head` closes the pipe early, and that is no failure. A terminal that is gone needs no words.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.crashed),
);
process.stderr.on('error', () => undefined);

const shell: Shell = {
  args: process.argv.slice(2),
  variables: process.env,
  cwd: process.cwd(),
  // npm and npx leave this behind: the user has typed `npx trawl` or `npm start`, and no `trawl` is on the path.
  program: process.env['npm_execpath'] === undefined ? 'trawl' : 'npx trawl',
  execPath: process.execPath,
  nodeVersion: process.versions.node,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  random: () => Math.random(),
  stop: stop.signal,
  kill: kill.signal,
};

// Compiled sources halve the next start. A directory is not made for it: `trawl help` leaves no trace.
const dataDir = resolve(process.env['TRAWL_DATA_DIR'] ?? '.trawl');
if (process.env['NODE_COMPILE_CACHE'] === undefined && existsSync(dataDir))
  enableCompileCache(join(dataDir, 'compile-cache'));

try {
  const { trawl } = await import('./trawl.ts');
  process.exitCode = await trawl(shell);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.stack : String(error)}\nThis is a fault in Trawl. Runs are not lost by it: trawl status lists them.\n`,
  );
  process.exitCode = exitCodes.crashed;
}
process.exit();
