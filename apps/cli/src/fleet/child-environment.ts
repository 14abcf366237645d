import { join } from 'node:path';
import { type SettingsTable, variableOf } from '@trawl/shared/domain/setting.ts';

/**
 * The variables of a child process: those of the CLI, over them what its own flags and crawl file said, as variables: each process
 * takes the ones it knows.
 * @param settings.redisCa empty: none, also where the CLI was told one, as an embedded Redis has none
 * @param settings.dataDir absolute
 */
export const childEnvironment = (
  variables: Record<string, string | undefined>,
  settings: {
    table: SettingsTable;
    given: Record<string, unknown>;
    redisUrl: string;
    redisCa: string;
    dataDir: string;
  },
): Record<string, string | undefined> => {
  const told = Object.values(settings.table).flatMap((row): [string, string][] => {
    const value = settings.given[row.flag];
    return value === undefined ? [] : [[variableOf(row), textOf(value)]];
  });
  return {
    // Compiled sources from the last start halve the next one.
    NODE_COMPILE_CACHE: join(settings.dataDir, 'compile-cache'),
    // glibc gives each thread a heap of its own, and what decompression has freed in one serves no other: 30 MB of a worker.
    MALLOC_ARENA_MAX: '2',
    ...variables,
    ...Object.fromEntries(told),
    REDIS_URL: settings.redisUrl,
    REDIS_CA: settings.redisCa === '' ? undefined : settings.redisCa,
    TRAWL_DATA_DIR: settings.dataDir,
  };
};

/** Flags and crawl files give text, lists of texts, or yes and no. */
const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value as string | boolean));
