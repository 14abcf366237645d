import type { RunStatus } from '@trawl/shared/domain/run.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { findRun } from './find-run.ts';

const mostNames = 10_000;

/** The run that a word of the command line means. Throws UserError when it means none, or several. */
export const runOfWord = async (redis: Redis, word: string): Promise<RunStatus> => {
  const runs = createRuns(redis, firstShard);
  const exact = await runs.status(word);
  if (exact !== undefined) return exact;
  const run = findRun(word, await runs.list(mostNames));
  const status = await runs.status(run);
  if (status === undefined) throw new Error(`run ${run} is listed but has no record`);
  return status;
};
