import type { Commit } from '@trawl/shared/frontier/frontier.ts';

type Waiting = { commit: Commit; resolve: (recorded: boolean) => void; reject: (error: unknown) => void };

/**
 * Commits that come while one is under way share the next script call; each caller waits for its own.
 * One call is in flight at a time: under load the groups grow by themselves, idle a commit leaves at once.
 */
export const createGroupCommit = (commitGroup: (commits: Commit[]) => Promise<boolean[]>, mostInGroup = 200) => {
  let waiting: Waiting[] = [];
  let isBusy = false;

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostInGroup);
      waiting = waiting.slice(mostInGroup);
      try {
        const recorded = await commitGroup(group.map(({ commit }) => commit));
        group.forEach(({ resolve }, i) => resolve(recorded[i] === true));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    isBusy = false;
  };

  /** True when this was the first outcome of its line. */
  return (commit: Commit): Promise<boolean> =>
    new Promise((resolve, reject) => {
      waiting.push({ commit, resolve, reject });
      if (isBusy) return;
      isBusy = true;
      setImmediate(() => void flush());
    });
};
