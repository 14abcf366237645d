import { defineConfig } from 'vitest/config';

const kind = (name: string, folders: string[], options: { oneFileAtATime?: boolean } = {}) => ({
  extends: true as const,
  test: {
    name,
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    ...(options.oneFileAtATime ? { fileParallelism: false, sequence: { groupOrder: 1 } } : {}),
  },
});

/** Tests wait for events; the timeouts only end what hangs, so they are long enough for a slow and busy machine. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      kind('unit', ['unit']),
      kind('contract', ['contract']),
      kind('property', ['property']),
      kind('repository', ['architecture', 'docs']),
      kind('e2e', ['e2e', 'chaos'], { oneFileAtATime: true }),
    ],
  },
});
