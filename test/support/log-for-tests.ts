import type { Logger } from '@trawl/shared/platform/logger.ts';
import { pino } from 'pino';

/** A logger that keeps what it is told, as objects. */
export const logForTests = (): { log: Logger; lines: () => Record<string, unknown>[] } => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { log, lines: () => lines };
};
