import { collectorSettings } from '@trawl/shared/platform/app-settings.ts';
import type { Invocation } from './command.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl collector`: one collector in the foreground. */
export const collector = (invocation: Invocation): Promise<number> =>
  runInForeground('collector', collectorSettings, invocation);
