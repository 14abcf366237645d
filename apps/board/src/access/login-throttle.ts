/** How often a login may be tried before one has to wait. */
export type LoginThrottle = {
  /** Counts a try. Ms to wait first; 0: go on. */
  begin: (key: string) => number;
  /** It was the right password: its tries are forgotten. */
  succeeded: (key: string) => void;
};

const mostTries = 10;
const windowMs = 60_000;
/** More than that are forgotten, the oldest first: memory is bounded whoever asks. */
const mostKeys = 10_000;

/** Ten tries a minute for each key. Tries are counted when they begin, so that many at once are no way round it. */
export const createLoginThrottle = (now: () => number): LoginThrottle => {
  const tries = new Map<string, { count: number; sinceMs: number }>();
  return {
    begin: (key) => {
      const known = tries.get(key);
      const current = known !== undefined && now() - known.sinceMs < windowMs ? known : { count: 0, sinceMs: now() };
      if (current.count >= mostTries) return current.sinceMs + windowMs - now();
      tries.delete(key);
      tries.set(key, { ...current, count: current.count + 1 });
      const oldest = tries.size > mostKeys ? tries.keys().next().value : undefined;
      if (oldest !== undefined) tries.delete(oldest);
      return 0;
    },
    succeeded: (key) => void tries.delete(key),
  };
};
