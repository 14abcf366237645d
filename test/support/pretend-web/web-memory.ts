/** What the pretend web remembers between requests, so that an answer can change from one try to the next. */
export type WebMemory = {
  /** 1 for the first call with this key, then 2, 3, ... */
  timesAsked: (key: string) => number;
  /** True, and noted, when fewer than `most` admissions of this key lie within the last `windowMs`. */
  admit: (key: string, rule: { most: number; windowMs: number; nowMs: number }) => boolean;
  /** Resolves when `letGo` is called, at once after that and until the next `hold`. */
  held: () => Promise<void>;
  letGo: () => void;
  hold: () => void;
  reset: () => void;
};

export const createWebMemory = (): WebMemory => {
  const asked = new Map<string, number>();
  const admitted = new Map<string, number[]>();
  let gate = Promise.withResolvers<void>();
  return {
    timesAsked: (key) => {
      const times = (asked.get(key) ?? 0) + 1;
      asked.set(key, times);
      return times;
    },
    admit: (key, { most, windowMs, nowMs }) => {
      const recent = (admitted.get(key) ?? []).filter((atMs) => atMs > nowMs - windowMs);
      const free = recent.length < most;
      if (free) recent.push(nowMs);
      admitted.set(key, recent);
      return free;
    },
    held: () => gate.promise,
    letGo: () => gate.resolve(),
    hold: () => {
      gate = Promise.withResolvers();
    },
    reset: () => {
      asked.clear();
      admitted.clear();
    },
  };
};
