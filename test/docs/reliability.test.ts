import { expect, test } from 'vitest';
import { mutants } from '../support/mutants/all-mutants.ts';
import { pathOfTest } from '../support/mutants/mutant.ts';
import { withoutMechanism } from '../support/mutants/scratch-copy.ts';
import { shortened } from '../support/mutants/table-of-judgements.ts';
import { codeIn, readFromRoot, tableOf } from '../support/repository-files.ts';

test('every mechanism that is taken out stands where it is said to, and so do the tests that miss it', () => {
  const problems = mutants.flatMap((mutant) => {
    const changed = withoutMechanism(mutant, readFromRoot(mutant.file));
    const absent = mutant.tests.filter((each) => !readFromRoot(pathOfTest(each)).includes(each[1]));
    return [...(changed.includes(mutant.from) ? [mutant.mechanism] : []), ...absent.map(String)];
  });
  expect(problems).toEqual([]);
});

test('the page names every mechanism that is taken out, and nothing was missed by no test', () => {
  const rows = tableOf(readFromRoot('docs/reliability.md'), 'without').map(([mechanism, file = '', by = '']) => [
    mechanism,
    codeIn(file)[0],
    codeIn(by).length,
  ]);
  expect(rows).toEqual(mutants.map(({ mechanism, file }) => [mechanism, shortened(file), 1]));
});
