import type { TakenJobs } from './queue.ts';

/** A way to the queue that can be made anew. */
export type Taking = {
  started: () => number;
  isTaking: () => boolean;
  takeAtMost: (n: number) => void;
  /** Leaves what there is and opens another one, which takes as many as this one did. */
  replace: () => Promise<void>;
  close: () => Promise<void>;
};

/** @param reopen on connections of its own */
export const keepTaking = (first: TakenJobs, reopen: () => Promise<TakenJobs>): Taking => {
  let current = first;
  let startedBefore = 0;
  let most = 0;
  let isClosing = false;
  return {
    started: () => startedBefore + current.started(),
    isTaking: () => current.isTaking(),
    takeAtMost: (n) => {
      most = n;
      current.takeAtMost(n);
    },
    replace: async () => {
      current.abandon();
      const next = await reopen();
      startedBefore += current.started();
      current = next;
      if (isClosing) await current.close();
      else current.takeAtMost(most);
    },
    close: () => {
      isClosing = true;
      return current.close();
    },
  };
};
