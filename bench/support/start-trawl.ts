import { fileURLToPath } from 'node:url';
import { type Child, type ChildOptions, startChild } from './start-child.ts';

const main = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

/** `trawl <args>` from these sources, with the Node that runs the bench. */
export const startTrawl = (args: string[], options: ChildOptions): Child =>
  startChild(process.execPath, [main, ...args], { ...options, env: { TRAWL_LOG_LEVEL: 'warn', ...options.env } });
