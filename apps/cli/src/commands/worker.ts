import type { Invocation } from './command.ts';
import { workerFlags } from './flags.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl worker`: one worker in the foreground. */
export const worker = (invocation: Invocation): Promise<number> => runInForeground('worker', workerFlags, invocation);
