import { open, stat } from 'node:fs/promises';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { Violation } from './verdicts.ts';

/** At any moment: as many records as are acknowledged stand in the first acknowledged bytes of the file. */
export const judgeAcknowledged = async (redis: Redis, run: string, path: string): Promise<Violation[]> => {
  const keys = keysOf(firstShard);
  const reply = await redis
    .multi()
    .hget(keys.sink(run), 'state')
    .hget(keys.run(run), 'uncollected')
    .hget(keys.count(run), 'recorded')
    .exec();
  const [state, uncollected, recorded] = (reply ?? []).map(([, value]) => value as string | null);
  if (state === null || state === undefined) return [];
  const { sinks } = JSON.parse(state) as { sinks: { bytes?: number }[] };
  const bytes = sinks[0]?.bytes ?? 0;
  const acknowledged = Number(recorded ?? 0) - Number(uncollected ?? 0);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  const promise = `${run}: what is acknowledged is on disk`;
  if (size < bytes) return [{ promise, details: `${bytes} bytes acknowledged, ${size} in the file` }];
  const lines = await linesIn(path, bytes);
  if (lines === acknowledged) return [];
  return [{ promise, details: `${acknowledged} acknowledged, ${lines} lines in the first ${bytes} bytes` }];
};

async function linesIn(path: string, bytes: number): Promise<number> {
  if (bytes === 0) return 0;
  await using file = await open(path, 'r');
  const buffer = Buffer.alloc(bytes);
  await file.read(buffer, 0, bytes, 0);
  let lines = 0;
  for (let at = buffer.indexOf(10); at !== -1; at = buffer.indexOf(10, at + 1)) lines += 1;
  return lines;
}
