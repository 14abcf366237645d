import { defineConfig } from 'vitest/config';

type Options = { oneFileAtATime?: boolean; order?: number };

const kind = (name: string, folders: string[], options: Options = {}) => ({
  extends: true as const,
  test: {
    name,
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    fileParallelism: !options.oneFileAtATime,
    sequence: { groupOrder: options.order ?? 0 },
    setupFiles: ['test/support/leak-guard.ts'],
    testTimeout: options.oneFileAtATime ? 180_000 : 60_000,
  },
});

/** Tests wait for events: the timeouts only end what hangs, and are long enough for a slow and busy machine. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    hookTimeout: 60_000,
    projects: [
      kind('repository', ['architecture', 'docs']),
      kind('unit', ['unit']),
      kind('contract', ['contract']),
      kind('property', ['property']),
      kind('e2e', ['e2e'], { oneFileAtATime: true, order: 1 }),
      kind('chaos', ['chaos'], { oneFileAtATime: true, order: 2 }),
      kind('browser', ['browser'], { oneFileAtATime: true, order: 3 }),
      kind('machines', ['machines'], { oneFileAtATime: true, order: 4 }),
    ],
  },
});
