import type { Invocation } from './command.ts';
import { collectorFlags } from './flags.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl collector`: one collector in the foreground. */
export const collector = (invocation: Invocation): Promise<number> =>
  runInForeground('collector', collectorFlags, invocation);
