import type { Invocation } from './command.ts';
import { producerFlags } from './flags.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl producer`: one producer in the foreground. */
export const producer = (invocation: Invocation): Promise<number> =>
  runInForeground('producer', producerFlags, invocation);
