import type { Logger } from './logger.ts';

/** What code that only reports needs of a log. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

const nothing = (): void => undefined;

/** Nothing is written, and no library is loaded for it. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
