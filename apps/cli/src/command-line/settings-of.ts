import { readSettings, type SettingsOf, type SettingsTable } from '@trawl/shared/domain/setting.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import type { Invocation } from '../commands/command.ts';

/** The settings of a command from its flags and variables. Throws a UserError that names every problem by both names. */
export const settingsOf = <T extends SettingsTable>(table: T, { flags, shell, name }: Invocation): SettingsOf<T> => {
  const { values, problems } = readSettings(table, { flags, variables: shell.variables });
  if (problems.length === 0) return values;
  const lines = problems.map(({ flag, variable, message }) => `--${flag} / ${variable}: ${message}`);
  throw new UserError(lines.join('\n'), `${shell.program} help ${name} lists its flags.`);
};
