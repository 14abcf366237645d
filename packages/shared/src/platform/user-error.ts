import { exitCodes } from './exit-codes.ts';

/** Something the user can mend. Shown as message and remedy, without a stack; ends the process with `exitCode`. */
export class UserError extends Error {
  override name = 'UserError';
  exitCode: number = exitCodes.userError;
  /** What to do about it, in one or more lines. */
  remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
