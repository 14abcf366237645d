import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const tries = 20;

export type SmallDisk = Awaited<ReturnType<typeof makeSmallDisk>>;

/** A directory on a disk of its own that can be full; where we may not mount one, an ordinary directory. */
export const makeSmallDisk = async (path: string, size = '64m') => {
  await mkdir(path, { recursive: true });
  const mount = (options: string): Promise<boolean> =>
    run('mount', ['-t', 'tmpfs', '-o', options, 'none', path]).then(
      () => true,
      () => false,
    );
  const isItsOwn = await mount(`size=${size}`);
  return {
    path,
    isItsOwn,
    /** Takes away what is free but for so many bytes. What is written meanwhile needs another look. */
    shrinkTo: async (leftBytes: number): Promise<void> => {
      for (let tried = 0; ; tried += 1) {
        const { blocks, bfree, bsize } = await statfs(path);
        const bytes = (blocks - bfree) * bsize + leftBytes;
        if (await mount(`remount,size=${bytes}`)) return;
        if (tried === tries) throw new Error(`${path} cannot be made small`);
      }
    },
    giveBack: async (): Promise<void> => void (await mount(`remount,size=${size}`)),
    remove: async (): Promise<void> => {
      if (isItsOwn) await run('umount', ['--lazy', path]);
    },
  };
};
