import { withoutMemory } from '@trawl/shared/frontier/load-scripts.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { SinkState } from './sink/sink.ts';

/** How far the sinks of a run have come: JSON in `sink:<run>`, written with each acknowledgement. */
export type RunProgress = {
  /** Redis ms; the zero of the report's throughput. */
  firstOutcomeAtMs?: number;
  sinks: SinkState[];
};

export const readProgress = async (redis: Redis, shard: Shard, run: string): Promise<RunProgress | undefined> => {
  const text = await redis.hget(keysOf(shard).sink(run), 'state');
  return text === null ? undefined : (JSON.parse(text) as RunProgress);
};

const beginScript = `${withoutMemory}if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSETNX', KEYS[2], 'state', ARGV[2])
return 1`;

/**
 * Remembers where the sinks stood before their first record: what a file held already must survive the first crash.
 * False: another collector has the run now.
 */
export const beginProgress = async (
  redis: Redis,
  shard: Shard,
  { run, token, progress }: { run: string; token: string; progress: RunProgress },
): Promise<boolean> => {
  const keys = keysOf(shard);
  return (await redis.eval(beginScript, 2, keys.owner(run), keys.sink(run), token, JSON.stringify(progress))) === 1;
};
