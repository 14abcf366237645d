import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { openEmbeddedRedis } from '@trawl/shared/platform/embedded-redis/open-embedded-redis.ts';
import { connectRedis, disconnectRedis } from '@trawl/shared/platform/redis.ts';
import { parseInfo } from '@trawl/shared/platform/redis-facts.ts';
import { parseRedisUrl } from '@trawl/shared/platform/redis-url.ts';

/** Time that Redis spent in a command since it started; a script's own commands are counted again under their names. */
export type CommandTime = { command: string; calls: number; totalUs: number; usPerCall: number };

export type BenchRedis = AsyncDisposable & {
  readonly pid: number | null;
  readonly version: string;
  readonly url: string;
  memory(): Promise<{ usedBytes: number; peakBytes: number }>;
  /** The most time first. */
  commandTimes(): Promise<CommandTime[]>;
  /** The run that was started last. Throws when there is none. */
  lastRun(): Promise<RunStatus>;
};

/**
 * The embedded Redis of a data directory, held by the bench: a trawl command with this `--data-dir` shares it, and it can
 * still be asked when that command is over.
 */
export const openBenchRedis = async (dataDir: string): Promise<BenchRedis> => {
  const server = await openEmbeddedRedis({ dataDir });
  const redis = await connectRedis(parseRedisUrl(server.url), { role: 'bench' });
  const runs = createRuns(redis, firstShard);
  return {
    pid: server.redisPid,
    version: server.version,
    url: server.url,
    memory: async () => {
      const info = parseInfo(await redis.info('memory'));
      return { usedBytes: Number(info['used_memory']), peakBytes: Number(info['used_memory_peak']) };
    },
    commandTimes: async () => commandTimesOf(parseInfo(await redis.info('commandstats'))),
    lastRun: async () => {
      const [run] = await runs.list(1);
      const status = run === undefined ? undefined : await runs.status(run);
      if (status === undefined) throw new Error('Redis knows of no run');
      return status;
    },
    [Symbol.asyncDispose]: async () => {
      await disconnectRedis(redis);
      await server.close();
    },
  };
};

/** `cmdstat_evalsha` -> `calls=12,usec=345,usec_per_call=28.75,...` */
function commandTimesOf(stats: Record<string, string | undefined>): CommandTime[] {
  return Object.entries(stats)
    .map(([name, text = '']) => {
      const number = (field: string) => Number(new RegExp(`(?:^|,)${field}=([\\d.]+)`).exec(text)?.[1] ?? 0);
      return {
        command: name.replace('cmdstat_', ''),
        calls: number('calls'),
        totalUs: number('usec'),
        usPerCall: number('usec_per_call'),
      };
    })
    .sort((a, b) => b.totalUs - a.totalUs);
}
