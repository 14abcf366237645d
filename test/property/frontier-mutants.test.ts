import type { Redis } from '@trawl/shared/platform/redis.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endAllRuns } from '../support/model/end-all-runs.ts';
import { Violation } from '../support/model/frontier-model.ts';
import { mutantsOfBooks } from '../support/model/mutants-of-books.ts';
import { mutantsOfTurns } from '../support/model/mutants-of-turns.ts';
import { play } from '../support/model/play.ts';
import { loadsWithPretendTime } from '../support/model/pretend-time.ts';
import { withFaults } from '../support/model/script-mutant.ts';
import { sequences } from '../support/model/steps.ts';
import { startTestRedis, type TestRedis } from '../support/redis-for-tests.ts';

/** The model check must notice each: TRAWL_MUTANTS=1 breaks all of them, which takes minutes; else those that are noticed within moments. */
const quick = new Set([
  'the fence: only the current release commits',
  'the fence and the bit: the first outcome stands',
  'the current release leaves `released`',
  'the checkpoint: a batch is pushed once',
  'the token of the lock',
  'waiting of a run, in release',
  'a crawl-delay counts from the request for the robots.txt',
]);
const mutants = [...mutantsOfBooks, ...mutantsOfTurns];
const chosen = process.env['TRAWL_MUTANTS'] === '1' ? mutants : mutants.filter(({ breaks }) => quick.has(breaks));
const most = Number(process.env['TRAWL_MODEL_RUNS'] ?? 3000);
const seed = Number(process.env['TRAWL_MODEL_SEED'] ?? 1);

describe('the model check notices a script without', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.stop());

  test.for(chosen)('$breaks', { timeout: 0 }, async (mutant, context) => {
    const redis = await server.connect();
    loadsWithPretendTime(redis, (script, lua) => withFaults(mutant, script, lua));
    const found = await firstViolation(redis);
    await context.annotate(`after ${found.sequences} sequences: ${found.what}`);
    expect(found.what).not.toBe('nothing');
  });
});

const firstViolation = async (redis: Redis): Promise<{ sequences: number; what: string }> => {
  let tried = 0;
  const found = await fc.check(
    fc.asyncProperty(sequences(60), async (sequence) => {
      tried++;
      await play(redis, sequence, endAllRuns);
    }),
    { numRuns: most, seed, endOnFailure: true },
  );
  const error = found.errorInstance;
  if (!found.failed) return { sequences: tried, what: 'nothing' };
  // An error of Redis: the fault is no script.
  if (!(error instanceof Violation) || !(error.cause === undefined || error.cause instanceof Violation)) throw error;
  return { sequences: tried, what: error.message.slice(error.message.indexOf('}') + 1) };
};
