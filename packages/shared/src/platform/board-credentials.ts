import { z } from 'zod';
import type { Kind } from '../domain/setting.ts';
import { type PasswordHash, readPasswordHash } from './password-hash.ts';

/** A viewer looks; an operator may also act. */
export type BoardRole = 'viewer' | 'operator';

/** Who makes a request of the board. */
export type BoardUser = { name: string; role: BoardRole };

export type BoardCredential = { user: string; hash: PasswordHash };

/** Shown in Basic auth, where a colon ends it. */
export const boardUserPattern = /^[^\s:,]{1,64}$/;

/** `USER:HASH`, commas between several. Plain passwords are refused, and not repeated. */
export const boardCredentials: Kind<BoardCredential[]> = {
  name: 'USER:HASH',
  expects: 'USER:HASH, as `trawl board --hash-password USER` prints it (never a plain password)',
  schema: z.preprocess(
    (given) => (typeof given === 'string' ? parseCredentials(given) : given),
    z.array(z.custom<BoardCredential>((value) => value !== undefined)).min(1),
  ),
  show: (value) => value.map(({ user }) => user).join(',') || '(none)',
  secret: true,
};

function parseCredentials(text: string): (BoardCredential | undefined)[] {
  return text.split(',').map((item) => {
    const [, user = '', hashText = ''] = /^([^:]*):([^:]*)$/.exec(item.trim()) ?? [];
    const hash = readPasswordHash(hashText);
    return boardUserPattern.test(user) && hash !== undefined ? { user, hash } : undefined;
  });
}
