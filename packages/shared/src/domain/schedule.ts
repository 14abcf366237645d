export const overlaps = ['skip', 'queue', 'cancel-previous'] as const;

/** What happens to a firing while the run of an earlier one is not finished. */
export type Overlap = (typeof overlaps)[number];

/** A slot is a moment, in ms since 1970, at which a schedule is to fire. */
export type Timing =
  /** Slots lie on the grid `anchorMs + n * everyMs`. */
  | { kind: 'every'; everyMs: number; anchorMs: number }
  /** Cron of 5 fields, or 6 with seconds, in a time zone. */
  | { kind: 'pattern'; pattern: string; tz: string };

/** When a crawl is to be run. Stored as JSON in the hash `schedules` under the crawl's name. */
export type Schedule = {
  crawl: string;
  timing: Timing;
  /** Most runs that it starts in its life. */
  limit?: number;
  /** No slot before, and none after. */
  startMs?: number;
  endMs?: number;
  /** A firing is put off by up to this: by a share of it that follows from the slot. */
  jitterMs: number;
  overlap: Overlap;
  /** Slots before it are none of this schedule: it was added, changed or resumed then. */
  sinceMs: number;
  paused: boolean;
};

/** The part that a user writes down; the rest follows when it is added. */
export type ScheduleTerms = Omit<Schedule, 'crawl' | 'timing' | 'sinceMs' | 'paused'> & {
  timing: { kind: 'every'; everyMs: number } | Extract<Timing, { kind: 'pattern' }>;
};

/**
 * The schedule of a crawl from what was written down. What was there before decides where the grid lies and what is missed, as long
 * as its times stay the same.
 */
export const scheduleOf = (
  crawl: string,
  terms: ScheduleTerms,
  { before, nowMs }: { before: Schedule | undefined; nowMs: number },
): Schedule => {
  const { timing, ...rest } = terms;
  const anchorMs = terms.startMs ?? nowMs;
  const fresh: Schedule = {
    crawl,
    timing: timing.kind === 'every' ? { ...timing, anchorMs } : timing,
    ...rest,
    sinceMs: nowMs,
    paused: before?.paused ?? false,
  };
  if (before === undefined || !haveSameTimes(before, terms)) return fresh;
  return { ...fresh, timing: before.timing, sinceMs: before.sinceMs };
};

function haveSameTimes(before: Schedule, { timing, startMs }: ScheduleTerms): boolean {
  if (before.startMs !== startMs) return false;
  if (timing.kind === 'every') return before.timing.kind === 'every' && before.timing.everyMs === timing.everyMs;
  return before.timing.kind === 'pattern' && before.timing.pattern === timing.pattern && before.timing.tz === timing.tz;
}

/** First and last moment at which a slot may lie; the last one is absent where there is no end. */
export const spanOf = ({ startMs, endMs, sinceMs }: Schedule): { fromMs: number; untilMs?: number } => ({
  fromMs: Math.max(sinceMs, startMs ?? 0),
  ...(endMs === undefined ? {} : { untilMs: endMs }),
});

/** How long the firing of a slot is put off: from 0 to the jitter, and for one slot the same in every process. */
export const jitterOf = ({ crawl, jitterMs }: Schedule, slotMs: number): number =>
  jitterMs === 0 ? 0 : Math.floor(shareOf(`${crawl}:${slotMs}`) * (jitterMs + 1));

/** Text to a number in [0, 1): FNV-1a with the finish of MurmurHash3, so that neighbours lie apart. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
