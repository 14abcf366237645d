import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

export type SweepOptions = { redis: Redis; shard: Shard; add: (urls: ReleasedUrl[], nowMs: number) => Promise<void> };

/**
 * Finds released URLs whose BullMQ job is missing (its producer died between release and add, or somebody removed it) and
 * adds the job again. Only what is missing in two passes counts: a job may just be on its way.
 */
export const createSweeper = ({ redis, shard, add }: SweepOptions) => {
  const keys = keysOf(shard);
  let suspects = new Set<string>();

  const missingOf = async (entries: [id: string, value: string][]): Promise<[string, string][]> => {
    const found = await Promise.all(entries.map(([id]) => redis.exists(keys.job(fetchQueueName, id))));
    return entries.filter((_, i) => found[i] === 0);
  };

  /** Answers how many jobs were added again. */
  return async (nowMs: number): Promise<number> => {
    const missingNow = new Set<string>();
    let added = 0;
    let cursor = '0';
    do {
      const [next, flat] = await redis.hscan(keys.released, cursor, 'COUNT', 500);
      cursor = next;
      const missing = await missingOf(pairsOf(flat));
      for (const [id] of missing) missingNow.add(id);
      const lost = missing.filter(([id]) => suspects.has(id));
      if (lost.length > 0) {
        // A new job counts its executions from 1 again: a higher number left behind would refuse it every turn.
        await redis.hdel(keys.executions, ...lost.map(([id]) => id));
        await add(
          lost.map(([, value]) => releasedOf(value)),
          nowMs,
        );
      }
      added += lost.length;
    } while (cursor !== '0');
    suspects = missingNow;
    return added;
  };
};

function pairsOf(flat: string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
}

/** The value of an entry of `released`: host, run and record. Its lease may be long gone, so the turn is asked for. */
function releasedOf(value: string): ReleasedUrl {
  const [host = '', run = ''] = value.split(' ', 2);
  return { host, run, turnHeld: false, record: value.slice(host.length + run.length + 2) };
}
