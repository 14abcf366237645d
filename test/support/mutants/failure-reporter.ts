import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What a run of vitest says of itself, as JSON in the file that TRAWL_TEST_RUN names. */
export type TestRun = {
  passed: { test: string; ms: number }[];
  failed: { test: string; ms: number; why: Why }[];
  /** Errors of no test: files that cannot be loaded, errors that nobody caught. */
  broken: string[];
};

/** `assertion`: somebody looked, and it was not as it should be. `timeout`: what was waited for did not come. */
export type Why = { kind: 'assertion' | 'timeout' | 'error'; says: string };

type AnyError = { name?: string; message?: string; cause?: unknown; diff?: string };

/** A reporter of vitest. */
export default class FailureReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly AnyError[]): void {
    const path = process.env['TRAWL_TEST_RUN'];
    if (path === undefined) throw new Error('TRAWL_TEST_RUN names no file');
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const run: TestRun = {
      passed: tests.filter((test) => test.result().state === 'passed').map(factsOf),
      failed: tests
        .filter((test) => test.result().state === 'failed')
        .map((test) => ({ ...factsOf(test), why: whyOf(test) })),
      broken: [...modules.flatMap((module) => module.errors()), ...unhandled].map(({ message }) => lineOf(message)),
    };
    writeFileSync(path, JSON.stringify(run));
  }
}

const factsOf = (test: TestCase): { test: string; ms: number } => ({
  test: test.fullName,
  ms: Math.round(test.diagnostic()?.duration ?? 0),
});

const whyOf = (test: TestCase): Why => {
  const [error = {}] = test.result().errors ?? [];
  const { name = '', message = '', diff = '' } = deepest(error);
  if (message.startsWith('Test timed out')) return { kind: 'timeout', says: lineOf(message) };
  // A property tells of its counterexample; what is wrong with it is the cause. The model's word for an assertion is a violation.
  const kind = /^(AssertionError|Violation)$/.test(name) ? 'assertion' : 'error';
  const line = lineOf(message).replace(' // Object.is equality', '');
  return { kind, says: [line, ...(isAbbreviated(line) ? firstDifference(diff) : [])].join(' ') };
};

const isAbbreviated = (message: string): boolean => /…\(| Array\(/.test(message);

/** `- what was expected`, `+ what was there`: of large values the message says only that they differ. */
const firstDifference = (diff: string): string[] => {
  const lines = stripVTControlCharacters(diff)
    .split('\n')
    .filter((line) => !/^[-+] (Expected|Received)/.test(line));
  const first = (sign: string): string[] =>
    lines.filter((line) => line.startsWith(sign) && /\w/.test(line)).slice(0, 1);
  return [...first('-'), ...first('+')].map((line) => line.replaceAll(/\s+/g, ' '));
};

const deepest = (error: AnyError): AnyError =>
  typeof error.cause === 'object' && error.cause !== null ? deepest(error.cause) : error;

const lineOf = (message = 'nothing'): string =>
  message
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? message;
