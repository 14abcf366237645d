import { fetchQueueName } from '../domain/fetch-job.ts';
import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { scanDueHosts } from './scan-hosts.ts';
import { keysOf, type Shard } from './shard.ts';

export type FinishCancelledOptions = {
  redis: Redis;
  shard: Shard;
  /** Back-pressure: records of the run in Redis above which this waits for its collector. */
  sinkLagBytes: number;
  nowIso: () => string;
  /** Waits a little, less when the process should end. */
  pause: () => Promise<void>;
};

const linesAtOnce = 500;

/**
 * One pass over what a cancelled run has left: lines in the frontier and released ones that no worker has in hand end as
 * `cancelled`. Any number of processes may do it at the same time. What workers have in hand they end themselves; what a dead
 * worker had is free when its lock has run out, so another pass is due until the run is finished. Answers how many lines ended.
 */
export const finishCancelledRun = async (
  run: string,
  options: FinishCancelledOptions,
  stop: AbortSignal,
): Promise<number> => (await endWaiting(run, options, stop)) + (await endReleased(run, options, stop));

async function endWaiting(
  run: string,
  { redis, shard, sinkLagBytes, nowIso, pause }: FinishCancelledOptions,
  stop: AbortSignal,
): Promise<number> {
  const scripts = loadScripts(redis);
  let ended = 0;
  for await (const hosts of scanDueHosts(redis, shard)) {
    for (let isDone = false; !isDone && !stop.aborted; ) {
      const args = [run, nowIso(), sinkLagBytes, linesAtOnce, ...hosts];
      const [lines, state] = (await scripts['cancel-waiting']([shard.prefix], args)) as [number, CancelState];
      ended += lines;
      isDone = state === 'done' || state === 'open';
      if (state === 'full') await pause();
    }
    if (stop.aborted) break;
  }
  return ended;
}

type CancelState = 'done' | 'more' | 'full' | 'open';

async function endReleased(
  run: string,
  { redis, shard, nowIso }: FinishCancelledOptions,
  stop: AbortSignal,
): Promise<number> {
  const scripts = loadScripts(redis);
  const keys = keysOf(shard);
  let ended = 0;
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(keys.released, cursor, 'COUNT', linesAtOnce);
    cursor = next;
    const ids = flat.filter((_, i) => i % 2 === 0 && flat[i + 1]?.split(' ', 2)[1] === run);
    for (let from = 0; from < ids.length; from += linesAtOnce) {
      const args = [run, nowIso(), ...ids.slice(from, from + linesAtOnce)];
      ended += (await scripts['cancel-released']([shard.prefix, keys.jobs(fetchQueueName)], args)) as number;
    }
  } while (cursor !== '0' && !stop.aborted);
  return ended;
}
