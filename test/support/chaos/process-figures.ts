import { readdir, readFile } from 'node:fs/promises';

/** What the system says of a process. */
export type ProcessFigures = { state: string; residentMb: number; descriptors: number };

/** Undefined: it is gone, or is going. */
export const processFigures = async (pid: number): Promise<ProcessFigures | undefined> => {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
    const residentKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    return { state: /^State:\s+(\S)/m.exec(status)?.[1] ?? '?', residentMb: residentKb / 1024, descriptors };
  } catch {
    return undefined;
  }
};
