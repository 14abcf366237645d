import type { Baseline } from './baseline.ts';
import type { Why } from './failure-reporter.ts';
import { type Mutant, pathOfTest } from './mutant.ts';
import { errorsOf, runTests } from './run-tests.ts';
import type { ScratchCopy } from './scratch-copy.ts';

export type Judgement = {
  mechanism: string;
  file: string;
  /** Undefined: nothing missed the mechanism. */
  caughtBy?: { file: string; test: string; says: string; afterMs: number };
  /** Failures that prove nothing: errors that are no assertion. */
  otherwise: string[];
};

/** The first of its tests that fails has caught it. */
export const judgeMutant = async (
  copy: ScratchCopy,
  mutant: Mutant,
  { baseline, now, stop }: { baseline: Baseline; now: () => number; stop: AbortSignal },
): Promise<Judgement> => {
  const { mechanism, file, tests } = mutant;
  const otherwise: string[] = [];
  for (const test of tests) {
    const usualMs = await baseline.of(test);
    if (usualMs === undefined) {
      otherwise.push(`${test[1]}: does not pass with everything in its place`);
      continue;
    }
    const startedAtMs = now();
    const limits = { limitMs: limitFor(usualMs), bail: true, stop };
    const run = await copy.without(mutant, () => runTests(copy.path, [test], limits));
    const proof = run.failed.find(({ why }) => why.kind !== 'error');
    const afterMs = Math.round(now() - startedAtMs);
    if (proof) {
      const says = sayingOf(proof.why, usualMs);
      return { mechanism, file, otherwise, caughtBy: { file: pathOfTest(test), test: proof.test, says, afterMs } };
    }
    otherwise.push(...errorsOf(run));
  }
  return { mechanism, file, otherwise };
};

/** A test that waits for an event in vain is ended by its limit: beyond what the load of a machine explains, as the usual time is that of all tests together. */
const limitFor = (usualMs: number): number => Math.max(30_000, 20_000 + 3 * usualMs);

const sayingOf = ({ kind, says }: Why, usualMs: number): string =>
  kind === 'timeout'
    ? `waits in vain: no end after ${Math.round(limitFor(usualMs) / 1000)} s, whole it takes ${(usualMs / 1000).toFixed(1)} s`
    : says;
