import { readFile } from 'node:fs/promises';
import { readKeptRecords } from '@trawl/shared/frontier/outcome-stream.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { DealtRun } from '../deal-round.ts';
import { judgeRecords } from './judge-records.ts';
import type { Violation } from './verdicts.ts';

/** Both sinks of a run that is collected: each record once in the file, and once in the kept stream. */
export const judgeSinks = async (redis: Redis, run: DealtRun, path: string): Promise<Violation[]> => {
  const text = await readFile(path, 'utf8');
  const kept: string[] = [];
  for await (const records of readKeptRecords(redis, firstShard, run.run)) kept.push(...records);
  const endsWhole: Violation[] = text.endsWith('\n')
    ? []
    : [{ promise: `${run.run}: the file ends with a line`, details: '' }];
  return [
    ...judgeRecords('the file', run, text.trimEnd().split('\n')),
    ...endsWhole,
    ...judgeRecords('the kept stream', run, kept),
  ];
};
