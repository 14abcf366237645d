import type { Commit } from '@trawl/shared/frontier/frontier.ts';

type Waiting = { commit: Commit; resolve: (recorded: boolean) => void; reject: (error: unknown) => void };

export type GroupLimits = {
  commits: number /** Of records; one commit may be larger by itself. */;
  characters: number;
};

/** A call should neither hold Redis up nor be copied about as one huge command. */
const defaultLimits: GroupLimits = { commits: 200, characters: 512 * 1024 };

/**
 * Commits that come while one is under way share the next script call; each caller waits for its own.
 * One call is in flight at a time: under load the groups grow by themselves, idle a commit leaves at once.
 */
export const createGroupCommit = (
  commitGroup: (commits: Commit[]) => Promise<boolean[]>,
  limits: GroupLimits = defaultLimits,
) => {
  let waiting: Waiting[] = [];
  let isBusy = false;

  const takeGroup = (): Waiting[] => {
    let size = 0;
    let characters = 0;
    while (size < waiting.length && size < limits.commits) {
      characters += waiting[size]?.commit.json.length ?? 0;
      if (size > 0 && characters > limits.characters) break;
      size++;
    }
    const group = waiting.slice(0, size);
    waiting = waiting.slice(size);
    return group;
  };

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = takeGroup();
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
