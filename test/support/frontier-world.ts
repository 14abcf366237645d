import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { decodeLine, encodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import {
  type Commit,
  createFrontier,
  type PushItem,
  type ReleasedUrl,
  type TurnRequest,
} from '@trawl/shared/frontier/frontier.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard, keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { runSpecOf } from './run-for-tests.ts';

/** A frontier on a real Redis with short words for what tests do to it. */
export const frontierWorld = (redis: Redis, shard: Shard = firstShard) => {
  const frontier = createFrontier(redis, shard);
  const runs = createRuns(redis, shard);
  const keys = keysOf(shard);
  const limits = { most: 1000, leaseMs: 60_000, window: 1000, sinkLagBytes: 1e9 };

  return {
    redis,
    frontier,
    runs,
    keys,
    startRun: (run: string, change: Partial<CrawlSettings> = {}) => runs.create(runSpecOf(run, change)),
    /** Pushes URLs as the whole list of a run: seq = position. */
    pushAll: (run: string, urls: { host: string; path?: string }[]) =>
      frontier.push({
        run,
        expected: '',
        after: 'end',
        pushedAfter: urls.length,
        last: true,
        markBytes: 1e9,
        sinkLagBytes: 1e9,
        atIso: '2026-01-01T00:00:00.000Z',
        items: urls.map(({ host, path = '' }, seq) => urlItem(host, seq, path)),
      }),
    release: (change: Partial<typeof limits> = {}) => frontier.release({ ...limits, ...change }),
    /** Lines of the run in the frontier, over all hosts. */
    linesOf: async (run: string): Promise<number> => {
      const lists = await redis.keys(`${shard.prefix}q:*:${run}`);
      const lengths = await Promise.all(lists.map((list) => redis.llen(list)));
      return lengths.reduce((sum, n) => sum + n, 0);
    },
  };
};

export const urlItem = (host: string, seq: number, path = `/${seq}`): PushItem => ({
  kind: 'url',
  host,
  record: encodeLine({ seq, release: 0, line: seq + 1, attempts: 0, deferredSinceMs: 0, url: `http://${host}${path}` }),
});

export const turnOfReleased = ({ host, run, record }: ReleasedUrl): TurnRequest => {
  const line = decodeLine(record);
  return { host, run, seq: line.seq, id: jobIdOf(run, line) };
};

export const commitOf = (released: ReleasedUrl, change: Partial<Commit> = {}): Commit => {
  const turn = turnOfReleased(released);
  return {
    ...turn,
    class: 'ok',
    summary: `${turn.seq} ok status-200 200 1 5 100 ${turn.host}`,
    json: `{"seq":${turn.seq}}`,
    ...change,
  };
};

/** The same line as its next release would carry it. */
export const nextRelease = (record: string): string => {
  const line = decodeLine(record);
  return encodeLine({ ...line, release: line.release + 1 });
};
