import { asUserError } from '@trawl/shared/platform/as-user-error.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { isPassing } from '@trawl/shared/platform/redis-trouble.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { withoutCredentials } from '@trawl/shared/platform/without-credentials.ts';
import { didYouMean, nearestWord } from './command-line/nearest-word.ts';
import { readFlags } from './command-line/read-flags.ts';
import type { Command } from './commands/command.ts';
import { commandOf, commands, commandsBelow } from './commands/commands.ts';
import type { Shell } from './shell.ts';
import { isUrl } from './source/recognise-source.ts';

/** One call of `trawl`, from its words to its exit code. Rejects for bugs only. */
export const trawl = async (shell: Shell): Promise<number> => {
  try {
    return await dispatch(shell);
  } catch (error) {
    const ofUser = asUserError(error) ?? refusedForNow(error);
    if (ofUser === undefined) throw error;
    shell.stderr.write(`${withoutCredentials(ofUser.message)}\n${withoutCredentials(ofUser.remedy)}\n`);
    return ofUser.exitCode;
  }
};

/** Outside of a crawl nobody waits: whoever types a command may type it again. */
function refusedForNow(error: unknown): UserError | undefined {
  if (!(error instanceof Error && isPassing(error))) return undefined;
  return new UserError(
    `Redis refuses commands: ${error.message}`,
    'Nothing was changed by what it refused. Give it memory, disk or its primary back, as it says, and try again.',
  );
}

async function dispatch(shell: Shell): Promise<number> {
  const [first] = shell.args;
  if (first === undefined || first === '--help' || first === '-h') return showHelp(shell, []);
  if (first === '--version' || first === '-v') return showVersion(shell);
  const found = commandOf(shell.args);
  if (found === undefined) return halfCommand(first, shell);
  const { command, rest: args } = found;
  const { name } = command;
  const { flags, words, wantsHelp } = readFlags(command.flags, args, `${shell.program} help ${name} lists its flags.`);
  if (wantsHelp) return showHelp(shell, name.split(' '));
  refuseWrongWords(command, words, shell);
  const body = await command.load();
  return body({ name, shell, words, flags });
}

/** `trawl crawl`, `trawl crawl --help` and `trawl crawl lst`: the second word is missing or wrong. */
async function halfCommand(first: string, shell: Shell): Promise<number> {
  const [, second] = shell.args;
  const below = commandsBelow(first);
  if (below.length > 0 && (second === '--help' || second === '-h')) return showHelp(shell, [first]);
  if (below.length === 0) throw unknownCommand(first, shell);
  const seconds = below.map(({ name }) => name.slice(first.length + 1));
  const usage = `Usage: ${shell.program} ${first} ${seconds.join(' | ')}`;
  if (second === undefined || second.startsWith('-')) throw new UserError(`trawl ${first} needs a second word.`, usage);
  throw new UserError(`There is no command ${first} ${second}${didYouMean(second, seconds)}.`, usage);
}

async function showHelp(shell: Shell, words: string[]): Promise<number> {
  const { help } = await import('./commands/help.ts');
  return help({ name: 'help', shell, words, flags: {} });
}

async function showVersion({ stdout }: Shell): Promise<number> {
  const { default: about } = await import('../../../package.json', { with: { type: 'json' } });
  stdout.write(`${about.version}\n`);
  return exitCodes.ok;
}

function unknownCommand(name: string, { program }: Shell): UserError {
  const remedy = `${program} help lists the commands.`;
  if (name.startsWith('-'))
    return new UserError(
      `${name} comes before the command.`,
      `Write the command first: ${program} run ... ${name}\n${remedy}`,
    );
  const near = nearestWord(
    name,
    commands.flatMap((command) => [command.name, command.name.split(' ')[0] ?? '']),
  );
  if (near !== undefined) return new UserError(`There is no command ${name} (did you mean ${near}?).`, remedy);
  const isSource = isUrl(name) || /[./]/.test(name);
  return new UserError(
    `There is no command ${name}.`,
    isSource ? `To fetch it: ${program} run ${name}\n${remedy}` : remedy,
  );
}

function refuseWrongWords({ name, takes, words: { least, most } }: Command, words: string[], { program }: Shell): void {
  const remedy = `Usage: ${program} ${name} ${takes}`.trimEnd();
  if (words.length < least) throw new UserError(`trawl ${name} needs ${takes}.`, remedy);
  if (words.length > most) throw new UserError(`trawl ${name} has no use for "${words[most]}".`, remedy);
}
