import type { z } from 'zod';

/**
 * One row of a settings table. A table's key is the name in code; the flag is also the key in a crawl file. Flag, variable,
 * type, default, help and docs/configuration.md all come from here.
 */
export type Setting<T> = {
  /** Without dashes: `per-host` is `--per-host` on the command line and `per-host:` in a crawl file. */
  flag: string;
  /** Where the variable is not TRAWL_ and the flag: REDIS_URL. */
  variable?: string;
  kind: Kind<T>;
  default: T;
  help: string;
};

/** How text becomes a value. `expects` completes the sentence "expected ...". */
export type Kind<T> = {
  name: string;
  expects: string;
  schema: z.ZodType<T, unknown>;
  /** The value as a person writes it, for help and documentation. */
  show: (value: T) => string;
  /** May carry a password: a problem does not repeat what was given. */
  secret?: boolean;
};

// oxlint-disable-next-line typescript/no-explicit-any -- a table holds settings of different value types
export type SettingsTable = Record<string, Setting<any>>;

export type SettingsOf<T extends SettingsTable> = { [K in keyof T]: T[K]['kind'] extends Kind<infer V> ? V : never };

/** Where each value may come from; the first that names it wins: flags, then variables, then the crawl file, then the default. */
export type SettingSources = {
  flags?: Record<string, unknown>;
  variables?: Record<string, string | undefined>;
  file?: Record<string, unknown>;
};

export type SettingProblem = { flag: string; variable: string; message: string };

export const variableOf = (setting: { flag: string; variable?: string }): string =>
  setting.variable ?? `TRAWL_${setting.flag.toUpperCase().replaceAll('-', '_')}`;

/** Reads a whole table and reports all problems at once. */
export const readSettings = <T extends SettingsTable>(
  table: T,
  sources: SettingSources,
): { values: SettingsOf<T>; problems: SettingProblem[] } => {
  const values: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  for (const [key, setting] of Object.entries(table)) {
    const variable = variableOf(setting);
    const given = [sources.flags?.[setting.flag], sources.variables?.[variable], sources.file?.[setting.flag]].find(
      (value) => value !== undefined,
    );
    const parsed = given === undefined ? undefined : setting.kind.schema.safeParse(given);
    values[key] = parsed?.success ? parsed.data : setting.default;
    if (parsed && !parsed.success)
      problems.push({
        flag: setting.flag,
        variable,
        message: inOwnWords(parsed.error) ?? `expected ${setting.kind.expects}, got ${shown(setting.kind, given)}`,
      });
  }
  return { values: values as SettingsOf<T>, problems };
};

/** What a kind says itself about a value that it refuses. */
const inOwnWords = ({ issues }: z.ZodError): string | undefined =>
  issues.find((issue) => issue.code === 'custom' && issue.params?.['inOwnWords'] === true)?.message;

const longestShown = 200;

const shown = (kind: { secret?: boolean }, given: unknown): string => {
  if (kind.secret) return 'something else (not shown: it may hold a password)';
  const text = JSON.stringify(given) ?? String(given);
  return text.length > longestShown ? `${text.slice(0, longestShown).toWellFormed()}...` : text;
};
