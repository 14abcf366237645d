import { producerSettings } from '@trawl/shared/platform/app-settings.ts';
import type { Invocation } from './command.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl producer`: one producer in the foreground. */
export const producer = (invocation: Invocation): Promise<number> =>
  runInForeground('producer', producerSettings, invocation);
