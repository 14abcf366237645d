import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** Opens a regular file for reading. Throws UserError that names the file and what is wrong with it. */
export const openFile = async (path: string): Promise<FileHandle> => {
  const file = await openOrRefuse(path);
  const stats = await file.stat();
  if (stats.isFile()) return file;
  await file.close();
  if (stats.isDirectory()) throw new UserError(`${path} is a directory`, 'Name a file with URLs in it.');
  throw new UserError(
    `${path} is a pipe or a device, which cannot be read twice`,
    'Give its content on stdin instead: it is spooled, so that the run can be resumed.',
  );
};

async function openOrRefuse(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK opening a pipe that nobody writes to would wait for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw refusal(path, error as NodeJS.ErrnoException);
  }
}

function refusal(path: string, error: NodeJS.ErrnoException): UserError {
  const code = error.code ?? '';
  if (['ENOENT', 'ENOTDIR'].includes(code))
    return new UserError(`${path} does not exist`, 'Check the name and the directory.');
  if (['EACCES', 'EPERM'].includes(code))
    return new UserError(`${path} may not be read`, 'Give read permission on the file and its directories.');
  if (code === 'ENXIO') return new UserError(`${path} is a socket, not a file`, 'Name a file with URLs in it.');
  return new UserError(`${path} cannot be opened: ${error.message}`, 'Check the path and the system that holds it.');
}
