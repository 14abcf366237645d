import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SinkSpec } from '@trawl/shared/domain/run.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/**
 * A collector waits for a file that it may not write, as it does for room on the disk: whoever starts a crawl is told before. Throws UserError.
 */
export const refuseUnwritable = async (sinks: readonly SinkSpec[]): Promise<void> => {
  for (const sink of sinks) if (sink.kind === 'jsonl' && sink.path !== '-') await refuseUnwritableFile(sink.path);
};

async function refuseUnwritableFile(path: string): Promise<void> {
  const { R_OK, W_OK, X_OK } = constants;
  const missing = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT';
  const refuse = (error: Error): never => {
    throw new UserError(
      `${path} cannot be written: ${error.message}`,
      'Give this user the right to write there, or name another file with --out, or another directory with --data-dir.',
    );
  };
  let [asked, mode] = [path, R_OK | W_OK];
  for (;;) {
    const error = await access(asked, mode).then(
      () => undefined,
      (reason: NodeJS.ErrnoException) => reason,
    );
    if (error === undefined) return;
    if (!missing(error) || dirname(asked) === asked) refuse(error);
    // It will be made there, with its directories.
    [asked, mode] = [dirname(asked), W_OK | X_OK];
  }
}
