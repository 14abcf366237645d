/** One thing that happened to a fleet under attack, on the machine's clock. */
export type Happening = { atMs: number; what: string; about: Record<string, unknown> };

export type Timeline = ReturnType<typeof createTimeline>;

/** What was done to the fleet and what became of it, in order: the story of a seed that fails. */
export const createTimeline = (nowMs: () => number) => {
  const beganMs = nowMs();
  const happenings: Happening[] = [];
  return {
    note: (what: string, about: Record<string, unknown> = {}): void =>
      void happenings.push({ atMs: nowMs(), what, about }),
    /** Those of one kind, or all. */
    of: (what?: string): Happening[] => happenings.filter((each) => what === undefined || each.what === what),
    since: (fromMs: number): Happening[] => happenings.filter(({ atMs }) => atMs >= fromMs),
    text: (fromMs = 0): string =>
      happenings
        .filter(({ atMs }) => atMs >= fromMs)
        .map(
          ({ atMs, what, about }) =>
            `${((atMs - beganMs) / 1000).toFixed(3).padStart(9)}  ${atMs.toFixed(0)}  ${what}  ${wordsOf(about)}`,
        )
        .join('\n'),
  };
};

const wordsOf = (about: Record<string, unknown>): string =>
  Object.entries(about)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
