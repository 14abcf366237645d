import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Attacked, Fault } from '../attacked.ts';

/** A busy machine takes long to start a process: those of the last strike are to be there before there are more. */
const crowded = new WeakSet<object>();

/** Processes that were started once too often. */
export const dutyFaults: Record<string, Fault> = {
  'more producers for one source': {
    weight: 1,
    draw: (choose) => ({ count: choose.whole(1, 2), forMs: choose.whole(1000, 6000) }),
    strike: async (attacked, { count, forMs }) => {
      const run = await unfedRun(attacked);
      if (run === undefined || crowded.has(attacked.fleet)) return;
      crowded.add(attacked.fleet);
      attacked.timeline.note('more producers for one source', { run, count, forMs: Number(forMs) });
      await Promise.all(
        Array.from({ length: Number(count) }, () => produceBeside(attacked, { run, forMs: Number(forMs) })),
      ).finally(() => crowded.delete(attacked.fleet));
    },
  },
};

/** One whose source is not read to its end, since nobody would feed another. */
async function unfedRun({ redis }: Attacked): Promise<string | undefined> {
  const runs = createRuns(redis.client, firstShard);
  return (await runs.toFeed().catch(() => []))[0];
}

async function produceBeside({ fleet, timeline, calm }: Attacked, { run, forMs }: { run: string; forMs: number }) {
  const child = fleet.startBeside('producer', ['--run', run]);
  const ended = once(child, 'exit');
  const begun = new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: Buffer) => String(text).includes('producer started') && resolve());
  });
  const calmed = new Promise<void>((resolve) => calm.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([begun, ended, ...(calm.aborted ? [] : [calmed])]);
  timeline.note('producer beside others', { run, pid: child.pid });
  await delay(forMs, undefined, { signal: calm }).catch(() => undefined);
  child.kill('SIGTERM');
  await ended;
  const how = child.signalCode ?? child.exitCode;
  // It may have found no Redis, or its run fed, when it began; or was told to stop before it knew what to do about that.
  const isFine = how === 0 || how === 2 || how === 'SIGTERM';
  timeline.note(isFine ? 'ended' : 'ended by itself', { who: `producer of ${run}`, pid: child.pid, how });
}
