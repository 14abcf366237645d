import { setTimeout as delay } from 'node:timers/promises';
import { asUserError } from './as-user-error.ts';
import { exitCodes } from './exit-codes.ts';
import { createLogger, type Logger } from './logger.ts';

import { withoutCredentials } from './without-credentials.ts';

/** What a main gives back once it runs. */
export type Running = {
  /** Lets go of everything. Called at most once: for a signal, a gone parent, or when `done` is settled. */
  stop: () => Promise<void>;
  /** Settles when the work is over by itself; its number is the exit code. Absent: it runs until it is stopped. */
  done?: Promise<number | void>;
  /** Where stopping may take longer than by default. */
  stopDeadlineMs?: number;
};

export type MainContext = {
  log: Logger;
  /** Aborted as soon as the process should stop, also while `start` is still under way. */
  stopping: AbortSignal;
};

export type MainOptions = {
  /** Longest that stopping may take; then the process ends with 70. */
  stopDeadlineMs?: number;
  log?: Logger;
};

/**
 * The life of a process, from its main.ts to its exit code. How it stops:
 *
 *   start ---> running --(SIGTERM, SIGINT, parent gone, done)--> stopping --(stop() settled)--> exit 0 or the code of done
 *     |           |                                                 |--(a second signal)------> exit 130 / 143 at once
 *     |           |                                                 '--(deadline)-------------> exit 70
 *     |-----(told to stop, and still not running after 3 s)--> exit 0
 *     '-----------'--(UserError)--> message and remedy on stderr, its exit code
 *                  '-(any other error, also one that nobody caught)--> logged as fatal, exit 70
 *
 * Under a Trawl parent (an IPC channel) SIGINT and SIGTERM together count once: Ctrl-C reaches the child from the
 * terminal, and its parent asks it to stop as well.
 */
export const runMain = async (
  name: string,
  start: (context: MainContext) => Promise<Running>,
  options: MainOptions = {},
): Promise<void> => {
  const log = options.log ?? createLogger({ app: name });
  process.on('uncaughtException', (error) => end(failed(error, log)));
  const stopRequest = awaitStopRequest(log);
  process.on('unhandledRejection', (error) => {
    if (stopRequest.aborted && isOfClosedConnection(error)) log.debug({ err: error }, 'left when stopping');
    else end(failed(error, log));
  });

  let code: number;
  try {
    const running = await Promise.race([start({ log, stopping: stopRequest }), tooLateToStart(stopRequest)]);
    if (running === undefined) return end(exitCodes.ok);
    const stopDeadlineMs = running.stopDeadlineMs ?? options.stopDeadlineMs ?? defaultStopDeadlineMs;
    const done = (running.done ?? new Promise<never>(() => undefined)).then((value) => value ?? exitCodes.ok);
    const early = await Promise.race([done, aborted(stopRequest)]);
    const stopped = await within(stopDeadlineMs, async () => {
      await running.stop();
      return early ?? (running.done === undefined ? exitCodes.ok : await done);
    });
    if (stopped === 'too late') log.error({ deadlineMs: stopDeadlineMs }, 'stopping took too long');
    code = stopped === 'too late' ? exitCodes.crashed : stopped;
  } catch (error) {
    code = failed(error, log);
  }
  end(code);
};

const defaultStopDeadlineMs = 30_000;
/** What has not begun has nothing to put in order. */
const startAfterStopMs = 3000;

async function tooLateToStart(stopRequest: AbortSignal): Promise<undefined> {
  await aborted(stopRequest);
  await delay(startAfterStopMs, undefined, { ref: false });
  return undefined;
}

/** Aborts at the first reason to stop; ends the process at a second signal. */
function awaitStopRequest(log: Logger): AbortSignal {
  const controller = new AbortController();
  const seen = new Set<string>();
  const supervised = process.connected === true;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    const again = supervised ? seen.has(signal) : seen.size > 0;
    seen.add(signal);
    if (again) end(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
    if (!controller.signal.aborted) log.info({ signal }, 'stopping');
    controller.abort(signal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.once('disconnect', () => {
    if (!controller.signal.aborted) log.info('stopping: the parent process is gone');
    controller.abort('disconnect');
  });
  return controller.signal;
}

/** A process that leaves closes its connections on what may still wait for an answer there, and nobody waits for that any more. */
const isOfClosedConnection = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Connection is closed.';

/** Says what went wrong, to the right reader: the user or the log. Gives the exit code. */
function failed(error: unknown, log: Logger): number {
  const ofUser = asUserError(error);
  if (ofUser) {
    process.stderr.write(`${withoutCredentials(ofUser.message)}\n${withoutCredentials(ofUser.remedy)}\n`);
    return ofUser.exitCode;
  }
  log.fatal({ err: error instanceof Error ? error : new Error(String(error)) }, 'crashed');
  return exitCodes.crashed;
}

function end(code: number): never {
  process.exit(code);
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return undefined;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return undefined;
}

async function within<T>(deadlineMs: number, act: () => Promise<T>): Promise<T | 'too late'> {
  const { promise, resolve } = Promise.withResolvers<'too late'>();
  const timer = setTimeout(() => resolve('too late'), deadlineMs);
  try {
    return await Promise.race([act(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
