import type { TestRun, Why } from './failure-reporter.ts';
import { type Mutant, pathOfTest, patternOfTest, type TestName } from './mutant.ts';
import { runTests } from './run-tests.ts';
import type { ScratchCopy } from './scratch-copy.ts';

export type Judgement = {
  mechanism: string;
  file: string;
  /** Undefined: nothing missed the mechanism. */
  caughtBy?: { file: string; test: string; says: string; afterMs: number };
  /** Failures that prove nothing: errors that are no assertion. */
  otherwise: string[];
};

/** How long the tests take as long as nothing is missing. */
export type Baseline = (test: TestName) => number;

const limitOfBaselineMs = 180_000;

/** Runs all tests once with everything in its place; throws when one fails, is skipped, or is not there. */
export const takeBaseline = async (copy: ScratchCopy, tests: TestName[], stop: AbortSignal): Promise<Baseline> => {
  const run = await runTests(copy.path, tests, { limitMs: limitOfBaselineMs, bail: false, stop });
  const problems = [...run.broken, ...run.failed.map(({ test, why }) => `${test}: ${why.says}`)];
  if (problems.length > 0) throw new Error(`the whole copy fails: ${problems.join('; ')}`);
  const casesOf = (test: TestName) => run.passed.filter((passed) => new RegExp(patternOfTest(test)).test(passed.test));
  const missing = tests.filter((test) => casesOf(test).length === 0).map(([file, name]) => `${file}: ${name}`);
  if (missing.length > 0) throw new Error(`these did not run: ${missing.join('; ')}`);
  return (test) => Math.max(...casesOf(test).map(({ ms }) => ms));
};

/** The first of its tests that fails has caught it. */
export const judgeMutant = (
  copy: ScratchCopy,
  mutant: Mutant,
  { baseline, now, stop }: { baseline: Baseline; now: () => number; stop: AbortSignal },
): Promise<Judgement> =>
  copy.without(mutant, async () => {
    const { mechanism, file, tests } = mutant;
    const otherwise: string[] = [];
    for (const test of tests) {
      const startedAtMs = now();
      const usualMs = baseline(test);
      const run = await runTests(copy.path, [test], { limitMs: limitFor(usualMs), bail: true, stop });
      const proof = run.failed.find(({ why }) => why.kind !== 'error');
      const afterMs = Math.round(now() - startedAtMs);
      if (proof) {
        const says = sayingOf(proof.why, usualMs);
        return { mechanism, file, otherwise, caughtBy: { file: pathOfTest(test), test: proof.test, says, afterMs } };
      }
      otherwise.push(...errorsOf(run));
    }
    return { mechanism, file, otherwise };
  });

/** A test that waits for an event in vain is ended by its limit: beyond what the load of a machine explains, as the usual time is that of all tests together. */
const limitFor = (usualMs: number): number => Math.max(30_000, 20_000 + 3 * usualMs);

const sayingOf = ({ kind, says }: Why, usualMs: number): string =>
  kind === 'timeout'
    ? `waits in vain: no end after ${Math.round(limitFor(usualMs) / 1000)} s, whole it takes ${(usualMs / 1000).toFixed(1)} s`
    : says;

const errorsOf = ({ failed, broken }: TestRun): string[] => [
  ...failed.map(({ test, why }) => `${test}: ${why.says}`),
  ...broken,
];
