import type { Redis } from '@trawl/shared/platform/redis.ts';
import fc from 'fast-check';
import { test } from 'vitest';
import { endAllRuns } from '../support/model/end-all-runs.ts';
import { play } from '../support/model/play.ts';
import { loadsWithPretendTime } from '../support/model/pretend-time.ts';
import { sequences } from '../support/model/steps.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((connected) => {
  redis = connected;
  loadsWithPretendTime(redis);
});

/** TRAWL_MODEL_RUNS=5000 plays as many sequences, TRAWL_MODEL_SEED others. */
const numRuns = Number(process.env['TRAWL_MODEL_RUNS'] ?? 150);
const seed = Number(process.env['TRAWL_MODEL_SEED'] ?? 1);
const mostSteps = Number(process.env['TRAWL_MODEL_STEPS'] ?? 60);

test('whatever happens in whatever order, Redis holds what the model says, and every run ends', {
  timeout: 0,
}, async () => {
  let total = 0;
  const all = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(sequences(mostSteps), async (sequence) => {
      const { done, seen } = await play(redis, sequence, endAllRuns);
      total += done;
      for (const [what, times] of seen) all.set(what, (all.get(what) ?? 0) + times);
    }),
    { numRuns, seed },
  );
  console.log(total, [...all].toSorted());
});
