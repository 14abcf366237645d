import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** As a child of this process has it: Node has raised it to the hard limit by then. Undefined where there is no shell. */
export const readOpenFiles = async (): Promise<number | undefined> => {
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n']);
    return stdout.trim() === 'unlimited' ? Number.POSITIVE_INFINITY : Number(stdout);
  } catch {
    return undefined;
  }
};

/** Of the file system that holds the directory, or will hold it. */
export const readFreeBytes = async (dir: string): Promise<number | undefined> => {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isMissing && dirname(dir) !== dir ? readFreeBytes(dirname(dir)) : undefined;
  }
};
