import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

type Options = { order?: number; exclude?: string[]; testTimeout?: number };

const kind = (name: string, patterns: string[], options: Options = {}) => ({
  extends: true as const,
  test: {
    name,
    include: patterns.map((pattern) => `test/${pattern}.test.ts`),
    exclude: (options.exclude ?? []).map((pattern) => `test/${pattern}.test.ts`),
    sequence: { groupOrder: options.order ?? 0 },
    setupFiles: ['test/support/leak-guard.ts'],
    testTimeout: options.testTimeout ?? 60_000,
  },
});

/** With processes of a fleet: some of them wait more than they work. */
const fleet = { order: 1, testTimeout: 90_000 };
/** Judges starts by the millisecond: nothing else runs meanwhile. */
const milliseconds = 'e2e/politeness';

/** Tests wait for events: the timeouts only end what hangs, and are long enough for a slow and busy machine. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 3,
    env: {
      // The pretend webs are on this machine.
      TRAWL_ALLOW_PRIVATE: '127.0.0.0/8,::1/128',
      // Hundreds of processes are started: what one has compiled the next need not.
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
    },
    hookTimeout: 60_000,
    projects: [
      kind('repository', ['architecture/**/*', 'docs/**/*']),
      kind('unit', ['unit/**/*']),
      kind('contract', ['contract/**/*']),
      kind('property', ['property/**/*']),
      kind('e2e', ['e2e/**/*'], { ...fleet, exclude: [milliseconds] }),
      kind('browser', ['browser/**/*'], fleet),
      kind('politeness', [milliseconds], { ...fleet, order: 2 }),
      // They wait more than they work, and judge by how late the machine was: beside each other, and after all that works hard.
      kind('machines', ['machines/**/*'], { ...fleet, order: 3 }),
      kind('chaos', ['chaos/**/*'], { ...fleet, order: 3 }),
    ],
  },
});
