import { setTimeout as delay } from 'node:timers/promises';
import { connectionsTo } from './proc-files.ts';

/** What a worker holds at one moment, and how far it has come. */
export type WorkerSample = {
  atMs: number;
  outcomes: number;
  rssBytes: number;
  heapBytes: number;
  descriptors: number;
  /** Established, to the origin. */
  connections: number;
};

const sampleEveryMs = 500;

/** A worker's `/metrics`; names with their labels. Empty while it does not answer. */
export const readMetrics = async (health: string): Promise<Map<string, number>> => {
  const page = await fetch(`http://${health}/metrics`).then(
    (answer) => answer.text(),
    () => '',
  );
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
};

/** Looks at a worker every half second, until it is disposed of. */
export const sampleWorker = (health: string, originPort: number) => {
  const samples: WorkerSample[] = [];
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const metrics = await readMetrics(health);
    if (metrics.size === 0) return;
    const of = (name: string) => metrics.get(name) ?? 0;
    samples.push({
      atMs: performance.now(),
      outcomes: [...metrics].reduce((sum, [name, n]) => sum + (name.startsWith('trawl_outcomes_total{') ? n : 0), 0),
      rssBytes: of('process_resident_memory_bytes'),
      heapBytes: of('nodejs_heap_size_used_bytes'),
      descriptors: of('process_open_fds'),
      connections: connectionsTo(originPort),
    });
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await delay(sampleEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    samples,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      stopping.abort();
      await looking;
    },
  };
};
