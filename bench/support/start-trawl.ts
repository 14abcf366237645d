import { fileURLToPath } from 'node:url';
import { type Child, type ChildOptions, startChild } from './start-child.ts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

/** `trawl <args>` from these sources, with the Node that runs the bench. */
export const startTrawl = (args: string[], options: ChildOptions): Child =>
  startChild(process.execPath, [main, ...args], {
    ...options,
    // Every origin of the bench is on this machine.
    env: { TRAWL_LOG_LEVEL: 'warn', TRAWL_ALLOW_PRIVATE: '127.0.0.0/8', ...options.env },
  });
