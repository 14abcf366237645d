import type { FleetOverview } from './overview.ts';
import { createPaceMeter, type RunPace } from './overview-pace.ts';

/** What a look at the fleet has found. */
export type FleetNews =
  | { kind: 'seen'; overview: FleetOverview; pace: Map<string, RunPace> }
  /** Redis does not answer. `last` is what was seen before, if anything was. */
  | { kind: 'away'; reason: string; last?: { overview: FleetOverview; pace: Map<string, RunPace> } };

export type OverviewWatch = {
  /** At most `everyMs` old. Never rejects. */
  latest: () => Promise<FleetNews>;
  /** Hears of every look from now on, until the returned function is called. */
  subscribe: (listener: (news: FleetNews) => void) => () => void;
  stop: () => void;
};

export type OverviewWatchOptions = {
  /** Rejects soon when Redis does not answer. */
  read: () => Promise<FleetOverview>;
  /** Monotonic ms. */
  now: () => number;
  everyMs?: number;
};

/** One look at a time, however many ask: each second while somebody listens, and on demand. */
export const createOverviewWatch = ({ read, now, everyMs = 1000 }: OverviewWatchOptions): OverviewWatch => {
  const measurePace = createPaceMeter();
  const listeners = new Set<(news: FleetNews) => void>();
  let newest: { news: FleetNews; atMs: number } | undefined;
  let looking: Promise<FleetNews> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<FleetNews> => {
    const news = await read().then(
      (overview): FleetNews => ({ kind: 'seen', overview, pace: measurePace(overview.runs, overview.nowMs) }),
      (error: unknown) => awayAfter(newest?.news, error),
    );
    newest = { news, atMs: now() };
    for (const listener of listeners) listener(news);
    return news;
  };
  const lookOnce = (): Promise<FleetNews> => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const goOn = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void lookOnce().then(() => listeners.size > 0 && goOn()), everyMs);
  };

  return {
    latest: async () => (newest !== undefined && now() - newest.atMs < everyMs ? newest.news : lookOnce()),
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) goOn();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) clearTimeout(timer);
      };
    },
    stop: () => {
      listeners.clear();
      clearTimeout(timer);
    },
  };
};

function awayAfter(before: FleetNews | undefined, error: unknown): FleetNews {
  const reason = error instanceof Error ? error.message : String(error);
  if (before === undefined) return { kind: 'away', reason };
  const last = before.kind === 'seen' ? { overview: before.overview, pace: before.pace } : before.last;
  return { kind: 'away', reason, ...(last === undefined ? {} : { last }) };
}
