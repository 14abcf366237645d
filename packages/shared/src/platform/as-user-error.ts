import { isDiskFull } from './disk-trouble.ts';
import { UserError } from './user-error.ts';

const fileRemedy =
  'Give this user the right to write there and room on the disk, or name another place (--data-dir, --out).';
const aclRemedy = 'docs/redis-access.md says what the user of REDIS_URL must be allowed.';
const fileCodes: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
]);

/** The second is what a script is told. */
const forbidden = /^NOPERM\b|^(ERR )?The user executing the script can't/;

/** What no process can go on with, and its user can mend: a directory that cannot be written, a right that Redis refuses. Else undefined. */
export const asUserError = (error: unknown): UserError | undefined => {
  if (error instanceof UserError) return error;
  if (!(error instanceof Error)) return undefined;
  if (forbidden.test(error.message)) return new UserError(`Redis refuses a right: ${error.message}`, aclRemedy);
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (path !== undefined && syscall !== undefined && fileCodes.has(code))
    return new UserError(`${path} cannot be used: ${error.message}`, fileRemedy);
  // Who writes to an open file is not told which.
  if (isDiskFull(error)) return new UserError(`A disk is full: ${error.message}`, fileRemedy);
  return undefined;
};
