import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { didYouMean } from '../command-line/nearest-word.ts';
import type { Invocation } from './command.ts';
import { commandOf, commands, commandsBelow } from './commands.ts';
import { commandText, familyText, type HelpStyle, overviewText } from './help-text.ts';

export const help = async ({ shell, words }: Invocation): Promise<number> => {
  const style = { program: shell.program, columns: shell.stdout.columns ?? 100 };
  shell.stdout.write(`${textOf(words, style)}\n`);
  return exitCodes.ok;
};

function textOf(words: readonly string[], style: HelpStyle): string {
  const [first] = words;
  if (first === undefined) return overviewText(commands, style);
  const found = commandOf(words);
  if (found?.rest.length === 0) return commandText(found.command, style);
  const below = words.length === 1 ? commandsBelow(first) : [];
  if (below.length > 0) return familyText(first, below, style);
  const given = words.join(' ');
  const names = commands.map(({ name }) => name);
  throw new UserError(
    `There is no command ${given}${didYouMean(given, names)}.`,
    `${style.program} help lists the commands.`,
  );
}
