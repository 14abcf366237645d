import type { Redis } from '@trawl/shared/platform/redis.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endAllRuns } from '../support/model/end-all-runs.ts';
import { play } from '../support/model/play.ts';
import { loadsWithPretendTime } from '../support/model/pretend-time.ts';
import { type Sequence, sequences } from '../support/model/steps.ts';
import { withRedisOfItsOwn } from '../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((connected) => {
  redis = connected;
  loadsWithPretendTime(redis);
});

/**
 * TRAWL_MODEL_RUNS=5000 plays as many sequences, TRAWL_MODEL_SEED=7 others, TRAWL_MODEL_STEPS=200 longer ones.
 * TRAWL_MODEL_SEQUENCE='{"setting":...,"steps":[...]}' plays the counterexample of a failure again.
 */
const numRuns = Number(process.env['TRAWL_MODEL_RUNS'] ?? 100);
const seed = Number(process.env['TRAWL_MODEL_SEED'] ?? 1);
const mostSteps = Number(process.env['TRAWL_MODEL_STEPS'] ?? 60);
const given = process.env['TRAWL_MODEL_SEQUENCE'];

/** What a hundred sequences meet at least: else they would prove little. */
const answers =
  `push pushed, push moved, push full, release urls, release nothing, sweep added, acquire go, acquire busy,
  acquire recorded, acquire superseded, acquire cancelled, hop go, yield line, yield slot, commit recorded, commit repeated,
  pause done, resume done, cancel done, finish lines, collect all, collect twice, robots asked, robots seen, rolled back`.split(
    /,\s+/,
  );

const whole = { timeout: 60_000 + numRuns * 1000 };

test('whatever happens in whatever order, Redis holds what the model says, and every run ends', whole, async () => {
  const seen = new Set<string>();
  const sequence = fc.asyncProperty(sequences(mostSteps), async (steps) => {
    const played = await play(redis, steps, endAllRuns);
    for (const what of played.seen.keys()) seen.add(what);
  });
  await fc.assert(sequence, { numRuns, seed });
  expect(numRuns < 100 ? [] : answers.filter((answer) => !seen.has(answer))).toEqual([]);
});

test.runIf(given !== undefined)('the sequence that was given leads to the end', whole, async () => {
  const { done } = await play(redis, JSON.parse(given ?? '') as Sequence, endAllRuns);
  expect(done).toBeGreaterThan(0);
});
