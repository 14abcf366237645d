import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { type BodyMemory, createBodyMemory } from './body-memory.ts';
import { createBodyStore } from './body-store.ts';
import { createConnections } from './connections.ts';
import { type ConnectorOptions, createConnector } from './connector.ts';
import type { FetchRequest } from './fetch-request.ts';
import { createInflatePace } from './inflate-pace.ts';
import { PageFetch } from './page-fetch.ts';
import type { StartGate } from './start-gate.ts';
import { createStopList } from './stop-list.ts';

export type FetcherOptions = {
  /** Fetches at the same time. */
  concurrency: number;
  dns: { lookup: ConnectorOptions['lookup'] };
  /** Where bodies go of runs that keep them as files; created when absent. */
  bodiesDir?: string;
  /** What bodies may hold in memory, all together. */
  bodyMemoryBytes?: number;
  /** Milliseconds of any clock that does not jump. */
  now: () => number;
  /** How long a connection may stand idle. */
  idleMs?: number;
  /** Where fetches wait that the event loop has no time for; absent: nowhere. */
  gate?: Pick<StartGate, 'isFree' | 'enter' | 'open'>;
} & Omit<ConnectorOptions, 'lookup'>;

export type Fetcher = {
  /**
   * Never throws for what a host did. Throws for what is ours to repair: a disk that takes no bodies, a run that wants files
   * where the worker has no directory for them. A stop ends it as `interrupted`.
   */
  fetchPage: (request: FetchRequest, stop: AbortSignal) => Promise<FetchOutcome>;
  /** The bodies in flight of this process. */
  memory: BodyMemory;
  /** Ends what is in flight as `interrupted` and closes all connections. */
  close: () => Promise<void>;
};

export const createFetcher = (options: FetcherOptions): Fetcher => {
  const { now, concurrency, dns, idleMs, gate } = options;
  const connectTo = createConnector({ ...options, lookup: dns.lookup });
  const connections = createConnections({ concurrency, connectTo, now, ...(idleMs !== undefined && { idleMs }) });
  const memory = createBodyMemory(options.bodyMemoryBytes ?? 96 * 1024 ** 2);
  const pace = createInflatePace(now);
  const store = options.bodiesDir === undefined ? undefined : createBodyStore(options.bodiesDir);
  const stopList = createStopList<PageFetch>((fetch) => fetch.callOff('stopping'));
  const inFlight = new Set<PageFetch>();

  const run = async (request: FetchRequest, stop: AbortSignal): Promise<FetchOutcome> => {
    const fetch = new PageFetch(request, { connections, store, memory, pace, now });
    const forget = stopList.add(stop, fetch);
    inFlight.add(fetch);
    try {
      return await fetch.run();
    } finally {
      inFlight.delete(fetch);
      forget();
    }
  };

  const fetchPage = async (request: FetchRequest, stop: AbortSignal): Promise<FetchOutcome> => {
    if (request.policy.bodies === 'files' && store === undefined) throw new Error('bodies as files need a directory');
    if (gate === undefined || gate.isFree()) return run(request, stop);
    return new Promise((resolve) => gate.enter(() => resolve(run(request, stop))));
  };

  const close = async (): Promise<void> => {
    gate?.open();
    for (const fetch of inFlight) fetch.callOff('stopping');
    await connections.close();
  };

  return { fetchPage, memory, close };
};
