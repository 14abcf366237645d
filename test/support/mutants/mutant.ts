/** A mechanism that keeps a promise, how it is taken out, and which tests should miss it. */
export type Mutant = {
  /** What holds as long as it is there. */
  mechanism: string;
  file: string;
  /** Stands in the file exactly once. */
  from: string;
  to: string;
  /** The cheapest first: the first that fails has caught it. */
  tests: [TestName, ...TestName[]];
};

/** A file below `test/`, without `.test.ts`, and what stands in it as the name of the test. */
export type TestName = readonly [file: string, name: string];

export const pathOfTest = ([file]: TestName): string => `test/${file}.test.ts`;

/** For `vitest -t`: `%s` and the like stand for what the case fills in. */
export const patternOfTest = ([, name]: TestName): string =>
  name.replaceAll(/[.*+?^()|[\]{}\\$]/g, '\\$&').replaceAll(/%[a-z]/g, '.*');
