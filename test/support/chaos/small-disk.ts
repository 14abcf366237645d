import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const size = '64m';

/** A directory on a disk of its own that is quickly full; where we may not mount one, an ordinary directory. */
export const makeSmallDisk = async (path: string) => {
  await mkdir(path);
  const isItsOwn = await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', path]).then(
    () => true,
    () => false,
  );
  return {
    path,
    isItsOwn,
    remove: async (): Promise<void> => {
      if (isItsOwn) await run('umount', ['--lazy', path]);
    },
  };
};
