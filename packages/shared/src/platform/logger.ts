import { destination, type Logger as PinoLogger, pino } from 'pino';
import { type LogLevel, logLevels } from './log-level.ts';
import { withoutCredentials } from './without-credentials.ts';

/**
 * Writes one JSON object a line: `log.info({ run, durationMs }, 'run finished')`. The message is a constant, values go
 * into fields. The names are part of the API: docs/operating.md lists them.
 */
export type Logger = PinoLogger;

/**
 * A logger to stderr (stdout belongs to results). Credentials are removed from the finished line, so that no field,
 * error message or stack can carry one, however deep. Without `level`, TRAWL_LOG_LEVEL decides, then `info`.
 */
export const createLogger = (options: { app: string; level?: LogLevel }): Logger =>
  pino(
    {
      level: options.level ?? levelOfEnvironment(),
      base: { app: options.app, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: withoutCredentials },
    },
    toStderr(),
  );

/** Kept while stderr takes nothing, as a file on a full disk does; what comes beyond is dropped. */
const mostKeptBytes = 1024 * 1024;

/** Whoever cannot say what he does goes on doing it: without a listener a line that cannot be written would end the process. */
const toStderr = () => destination({ fd: 2, sync: true, maxLength: mostKeptBytes }).on('error', () => undefined);

/** For tests: nothing is written. */
export const silentLogger: Logger = pino({ level: 'silent' });

/** A level that is none is reported by the settings table; the messages until then must not be lost over it. */
function levelOfEnvironment(): LogLevel {
  return logLevels.find((level) => level === process.env.TRAWL_LOG_LEVEL) ?? 'info';
}
