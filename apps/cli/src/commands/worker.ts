import { workerSettings } from '@trawl/shared/platform/app-settings.ts';
import type { Invocation } from './command.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl worker`: one worker in the foreground. */
export const worker = (invocation: Invocation): Promise<number> =>
  runInForeground('worker', workerSettings, invocation);
