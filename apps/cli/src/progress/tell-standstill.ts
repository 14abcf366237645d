import { stat } from 'node:fs/promises';
import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { readLastWords } from '../fleet/last-words.ts';

/** Longer than a lease on a run: another collector may have to take it over. */
const toldAfterMs = 15_000;

/**
 * Tells the user, once each time, what the collector complains of when records are waiting for it and nothing moves: it goes on by itself as
 * soon as its sink lets it, but nobody would know why it does not.
 */
export const createStandstillTeller = (parts: {
  /** What its log says last, or nothing. */
  readComplaint: () => Promise<string>;
  notice: (text: string) => void;
  now: () => number;
}): ((status: Pick<RunStatus, 'recorded' | 'uncollected'>) => void) => {
  let before = '';
  let sinceMs = 0;
  let isTold = false;
  return ({ recorded, uncollected }) => {
    const standing = `${recorded} ${uncollected}`;
    if (standing !== before) {
      [before, sinceMs, isTold] = [standing, parts.now(), false];
      return;
    }
    if (isTold || uncollected === 0 || parts.now() - sinceMs < toldAfterMs) return;
    isTold = true;
    void parts.readComplaint().then((complaint) => {
      if (complaint !== '') parts.notice(`The records are not written: ${complaint}\nThe crawl goes on when they are.`);
    });
  };
};

/** What is said in a log from now on: of its errors the last. */
export const complaintsOfLog = async (path: string): Promise<() => Promise<string>> => {
  const fromBytes = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  return async () => (await readLastWords(path, fromBytes)).ofLog;
};
