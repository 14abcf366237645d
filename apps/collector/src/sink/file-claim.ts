import { withoutMemory } from '@trawl/shared/frontier/load-scripts.ts';
import { keysOf, type Shard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** Another run that is not complete writes to this file. */
export class FileTaken extends UserError {
  override name = 'FileTaken';
}

const claimScript = `${withoutMemory}local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and redis.call('SISMEMBER', KEYS[2], holder) == 1 then return holder end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]`;

/**
 * A file belongs to one run from its first record to its last, whichever processes come and go in between: cutting it
 * back would take what another run wrote behind. Throws FileTaken.
 */
export const claimFile = async (
  redis: Redis,
  shard: Shard,
  { path, run }: { path: string; run: string },
): Promise<void> => {
  const holder = await redis.eval(claimScript, 2, claimKey(shard, path), keysOf(shard).toCollect, run);
  if (holder === run) return;
  throw new FileTaken(
    `The run ${String(holder)} writes to ${path} and is not complete.`,
    'Let it finish (trawl resume), or name another file with --out.',
  );
};

export const claimKey = (shard: Shard, path: string): string => keysOf(shard).owner(`file:${path}`);
