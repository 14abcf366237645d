import { readFile } from 'node:fs/promises';
import type { Happening } from './timeline.ts';

/** BullMQ renews what is half a lock old, and looks four times a lock: of the 6 s of a campaign's there is this much to spare, and more. */
export const mayLoseLocksMs = 1500;

/** When a worker did not get on for so long, for want of a processor or because it was stopped. */
export const readWorkerStandstills = async (path: string, sinceMs: number): Promise<Happening[]> => {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => {
      const [atMs = 0, toMs = 0] = line.split(' ').map(Number);
      return { atMs, what: 'a worker stood still', about: { forMs: toMs - atMs } };
    })
    .filter(({ atMs }) => atMs >= sinceMs);
};
