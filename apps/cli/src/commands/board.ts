import { boardSettings } from '@trawl/shared/platform/app-settings.ts';
import { boardUserPattern } from '@trawl/shared/platform/board-credentials.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import type { Shell } from '../shell.ts';
import type { Invocation } from './command.ts';
import { boardFlags } from './flags.ts';
import { runInForeground } from './foreground-process.ts';

/** `trawl board`: the board in the foreground, or the hash of a password for it. */
export const board = async (invocation: Invocation): Promise<number> => {
  const { hashPasswordOf } = settingsOf({ hashPasswordOf: boardFlags.hashPasswordOf }, invocation);
  if (hashPasswordOf !== '') return printCredential(hashPasswordOf, invocation.shell);
  return runInForeground('board', boardSettings, invocation);
};

async function printCredential(user: string, { stdout }: Shell): Promise<number> {
  if (!boardUserPattern.test(user))
    throw new UserError(
      `${JSON.stringify(user)} is no name for a user.`,
      'Up to 64 characters, no space, colon or comma.',
    );
  const { askPassword } = await import('@trawl/shared/platform/ask-password.ts');
  const { hashPassword } = await import('@trawl/shared/platform/password-hash.ts');
  const password = await askPassword(`Password of ${user}: `);
  if (password === undefined || /\p{Cc}/u.test(password))
    throw new UserError(
      'No password came on stdin.',
      'Type one, or pipe one line of text without control characters into the command.',
    );
  stdout.write(`${user}:${await hashPassword(password)}\n`);
  return exitCodes.ok;
}
