import { open } from 'node:fs/promises';
import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** Throws UserError when the file cannot be opened: a run that cannot begin should not exist. */
export const checkSourceFile = async (source: SourceSpec): Promise<void> => {
  if (source.kind === 'urls' || source.kind === 'stdin') return;
  const { path } = source;
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  try {
    if ((await file.stat()).isDirectory()) throw new UserError(`${path} is a directory.`, 'Name a file of URLs.');
  } finally {
    await file.close();
  }
};

function unreadable(path: string, error: NodeJS.ErrnoException): UserError {
  if (error.code !== 'ENOENT')
    return new UserError(`${path} cannot be read: ${error.message}`, 'Check who may read it.');
  return new UserError(
    `There is no file ${path}.`,
    'Name a file of URLs, - for stdin, or URLs themselves, which begin with http:// or https://',
  );
}
