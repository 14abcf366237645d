import { gapsMs, type HostArrivals, leastGapMs, mostAtOnce, mostStartsWithin } from './judge-arrivals.ts';

/** What the pretend web remembers of the requests it got: the origin's side of politeness. Hosts are without port. */
export type ArrivalLog = {
  /** Notes a request; call the answer when its response is handed over or its connection gone. */
  arrived: (host: string, path: string) => () => void;
  hosts: () => string[];
  /** Empty arrays for a host that was never asked. */
  of: (host: string) => HostArrivals;
  /** All recorded requests. */
  total: () => number;
  mostAtOnce: (host: string) => number;
  gapsMs: (host: string) => number[];
  /** How often `/path?query` was asked of any host, or `http://host:port/path?query` of that host; exact spelling. */
  countFor: (pathOrUrl: string) => number;
  /** Most starts, all hosts together, inside any window of this length. */
  mostStartsWithin: (windowMs: number) => number;
  /** Resolves as soon as this many requests are recorded since the last reset. */
  reached: (count: number) => Promise<void>;
  summary: () => ArrivalSummary;
  /** Plain data for JSON, where an end that has not come is null. */
  dump: () => ArrivalDump;
  reset: () => void;
};

export type ArrivalSummary = {
  recording: boolean;
  /** Requests beyond the log's limit: no judgement covers them. */
  notRecorded: number;
  hosts: Record<string, { requests: number; mostAtOnce: number; leastGapMs: number | null }>;
};

export type ArrivalDump = { recording: boolean; notRecorded: number; hosts: Record<string, HostArrivals> };

export type ArrivalLogOptions = {
  /** Ms, monotonic. */
  nowMs: () => number;
  recording: boolean;
  /** Most requests kept, all hosts together; later ones are only counted. */
  limit: number;
};

export const createArrivalLog = ({ nowMs, recording, limit }: ArrivalLogOptions): ArrivalLog => {
  let byHost = new Map<string, HostArrivals>();
  let recorded = 0;
  let notRecorded = 0;
  let waiting: { count: number; resolve: () => void }[] = [];

  const arrived = (host: string, path: string): (() => void) => {
    if (!recording) return nothing;
    if (recorded >= limit) {
      notRecorded += 1;
      return nothing;
    }
    let arrivals = byHost.get(host);
    if (arrivals === undefined) byHost.set(host, (arrivals = { startsMs: [], endsMs: [], paths: [] }));
    const { startsMs, endsMs, paths } = arrivals;
    const at = startsMs.push(nowMs()) - 1;
    endsMs.push(Number.NaN);
    paths.push(path);
    recorded += 1;
    if (waiting.length > 0) wake();
    return () => {
      if (Number.isNaN(endsMs[at])) endsMs[at] = nowMs();
    };
  };

  const wake = (): void => {
    const reachedNow = waiting.filter(({ count }) => recorded >= count);
    waiting = waiting.filter(({ count }) => recorded < count);
    for (const { resolve } of reachedNow) resolve();
  };

  const of = (host: string): HostArrivals => byHost.get(host) ?? { startsMs: [], endsMs: [], paths: [] };

  return {
    arrived,
    of,
    hosts: () => [...byHost.keys()],
    total: () => recorded,
    mostAtOnce: (host) => mostAtOnce(of(host)),
    gapsMs: (host) => gapsMs(of(host).startsMs),
    countFor: (pathOrUrl) => countIn(byHost, pathOrUrl),
    mostStartsWithin: (windowMs) =>
      mostStartsWithin(
        [...byHost.values()].flatMap((a) => a.startsMs),
        windowMs,
      ),
    reached: async (count) => {
      if (!recording || count > limit) throw new Error(`this log will never hold ${count} arrivals`);
      if (recorded < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    },
    summary: () => ({ recording, notRecorded, hosts: summaries(byHost) }),
    dump: () => ({ recording, notRecorded, hosts: Object.fromEntries(byHost) }),
    reset: () => {
      byHost = new Map();
      recorded = 0;
      notRecorded = 0;
    },
  };
};

const nothing = (): void => {};

function countIn(byHost: ReadonlyMap<string, HostArrivals>, pathOrUrl: string): number {
  const [, host, path = '/'] = /^http:\/\/([^/:?]+)(?::\d+)?(\/.*)?$/i.exec(pathOrUrl) ?? [
    undefined,
    undefined,
    pathOrUrl,
  ];
  const asked = host === undefined ? [...byHost.values()] : [byHost.get(host.toLowerCase())];
  return asked.reduce((sum, arrivals) => sum + (arrivals?.paths.filter((each) => each === path).length ?? 0), 0);
}

function summaries(byHost: ReadonlyMap<string, HostArrivals>): ArrivalSummary['hosts'] {
  const entries = [...byHost].map(([host, arrivals]) => {
    const gap = leastGapMs(arrivals.startsMs) ?? null;
    return [host, { requests: arrivals.startsMs.length, mostAtOnce: mostAtOnce(arrivals), leastGapMs: gap }] as const;
  });
  return Object.fromEntries(entries);
}
