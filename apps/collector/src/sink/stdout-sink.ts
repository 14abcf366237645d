import type { Writable } from 'node:stream';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { recordLines } from './record-lines.ts';
import type { OpenSink } from './sink.ts';

/** Whoever read the records has gone, as `| head` does. */
export class StdoutClosed extends UserError {
  override name = 'StdoutClosed';
}

/** Writes to a stream that cannot be cut back: records that were written and not acknowledged come twice after a crash. */
export const openStdoutSink =
  (stdout: Writable): OpenSink =>
  async () => {
    const ignore = () => undefined; // write() is told about the same error
    stdout.on('error', ignore);
    return {
      write: async (batch) => send(stdout, await recordLines(batch)),
      flush: async () => {},
      state: () => ({}),
      acknowledged: async () => {},
      finish: async () => {},
      close: async () => void stdout.off('error', ignore),
    };
  };

function send(stdout: Writable, data: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stdout.write(data, (error) => (error ? reject(isClosed(error) ? stdoutClosed() : error) : resolve()));
  return promise;
}

function isClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}

function stdoutClosed(): StdoutClosed {
  return new StdoutClosed(
    'Nobody reads the standard output any more.',
    'The records that were not delivered wait in Redis: resume the run, or write to a file with --out FILE.',
  );
}
