import type { TestRun } from './failure-reporter.ts';
import { patternOfTest, type TestName } from './mutant.ts';
import { errorsOf, runTests } from './run-tests.ts';
import type { ScratchCopy } from './scratch-copy.ts';

export type Baseline = Awaited<ReturnType<typeof takeBaseline>>;

const limitMs = 180_000;

/**
 * How long tests take with everything in its place. These are run at once, beside each other; what does not pass so, or is asked for
 * later, by itself.
 */
export const takeBaseline = async (copy: ScratchCopy, tests: TestName[], stop: AbortSignal) => {
  const known = new Map<string, number | undefined>();
  const play = (some: TestName[]): Promise<TestRun> => runTests(copy.path, some, { limitMs, bail: false, stop });
  const together = await play(tests);
  for (const test of tests) {
    const usualMs = usualMsIn(together, test);
    if (usualMs !== undefined) known.set(String(test), usualMs);
  }
  return {
    /** Errors of tests that did not pass. */
    problems: errorsOf(together),
    /** Undefined: it does not pass, is skipped, or is not there. */
    of: async (test: TestName): Promise<number | undefined> => {
      if (!known.has(String(test))) known.set(String(test), usualMsIn(await play([test]), test));
      return known.get(String(test));
    },
  };
};

const usualMsIn = ({ passed, failed }: TestRun, test: TestName): number | undefined => {
  const isCase = ({ test: name }: { test: string }): boolean => new RegExp(patternOfTest(test)).test(name);
  const cases = passed.filter(isCase);
  return cases.length === 0 || failed.some(isCase) ? undefined : Math.max(...cases.map(({ ms }) => ms));
};
