import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestRun } from './failure-reporter.ts';
import { pathOfTest, patternOfTest, type TestName } from './mutant.ts';

/** Beyond the time limit of a test: start, hooks, end. */
const besidesMs = 120_000;

export type TestLimits = {
  /** Of each test that has no limit of its own. */
  limitMs: number;
  /** Ends with the first that fails. */
  bail: boolean;
  /** Aborts: whatever runs is killed. */
  stop: AbortSignal;
};

/** Runs these tests of the copy. */
export const runTests = async (
  copy: string,
  tests: TestName[],
  { limitMs, bail, stop }: TestLimits,
): Promise<TestRun> => {
  const report = join(copy, 'test-run.json');
  await rm(report, { force: true });
  const files = [...new Set(tests.map(pathOfTest))];
  const names = tests.map((test) => `(${patternOfTest(test)})`).join('|');
  const args = ['run', `--testTimeout=${limitMs}`, `--bail=${bail ? 1 : 0}`, '-t', names];
  const reporter = '--reporter=./test/support/mutants/failure-reporter.ts';
  // A group of its own, so that nothing of it is left when it hangs.
  const vitest = spawn('node_modules/.bin/vitest', [...args, reporter, ...files], {
    cwd: copy,
    env: { ...process.env, TRAWL_TEST_RUN: report },
    stdio: 'ignore',
    detached: true,
  });
  const exited = once(vitest, 'exit');
  const end = () => vitest.pid !== undefined && process.kill(-vitest.pid, 'SIGKILL');
  const deadline = setTimeout(end, tests.length * limitMs + besidesMs);
  stop.addEventListener('abort', end);
  await exited;
  stop.removeEventListener('abort', end);
  clearTimeout(deadline);
  try {
    return JSON.parse(await readFile(report, 'utf8')) as TestRun;
  } catch {
    return { passed: [], failed: [], broken: ['vitest did not come to its end'] };
  }
};

export const errorsOf = ({ failed, broken }: TestRun): string[] => [
  ...failed.map(({ test, why }) => `${test}: ${why.says}`),
  ...broken,
];
