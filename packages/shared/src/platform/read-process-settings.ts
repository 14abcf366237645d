import { parseArgs } from 'node:util';
import { type Kind, readSettings, type SettingsOf, type SettingsTable } from '../domain/setting.ts';
import { yesNo } from '../domain/setting-kinds.ts';
import { processSettingProblems } from './process-settings.ts';
import { UserError } from './user-error.ts';

/**
 * The settings of one process from its flags and variables. Throws a UserError that names every problem by flag and variable;
 * an unknown flag is one.
 */
export const readProcessSettings = <T extends SettingsTable>(
  table: T,
  input: { args: string[]; variables: Record<string, string | undefined> },
): SettingsOf<T> => {
  const flags = parseFlags(table, input.args);
  const { values, problems } = readSettings(table, { flags, variables: input.variables });
  const all = [...problems, ...processSettingProblems(values)];
  if (all.length === 0) return values;
  const lines = all.map(({ flag, variable, message }) => `--${flag} / ${variable}: ${message}`);
  throw new UserError(lines.join('\n'), 'docs/configuration.md lists every setting.');
};

function parseFlags(table: SettingsTable, args: string[]): Record<string, unknown> {
  const options = Object.fromEntries(Object.values(table).map(({ flag, kind }) => [flag, { type: typeOf(kind) }]));
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false, allowNegative: true }).values;
  } catch (error) {
    const known = Object.keys(options).map((flag) => `--${flag}`);
    throw new UserError((error as Error).message, `Known flags: ${known.join(', ')}`);
  }
}

const typeOf = (kind: Kind<unknown>): 'boolean' | 'string' => (kind === yesNo ? 'boolean' : 'string');
