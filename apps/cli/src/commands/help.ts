import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { didYouMean } from '../command-line/nearest-word.ts';
import type { Invocation } from './command.ts';
import { commands, findCommand } from './commands.ts';
import { commandText, overviewText } from './help-text.ts';

export const help = async ({ shell, words: [name] }: Invocation): Promise<number> => {
  const style = { program: shell.program, columns: shell.stdout.columns ?? 100 };
  if (name === undefined) {
    shell.stdout.write(`${overviewText(commands, style)}\n`);
    return exitCodes.ok;
  }
  const command = findCommand(name);
  const names = commands.map((each) => each.name);
  if (command === undefined)
    throw new UserError(
      `There is no command ${name}${didYouMean(name, names)}.`,
      `${shell.program} help lists the commands.`,
    );
  shell.stdout.write(`${commandText(command, style)}\n`);
  return exitCodes.ok;
};
