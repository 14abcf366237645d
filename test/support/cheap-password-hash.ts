import { scryptSync } from 'node:crypto';

/** A hash of the least cost that a board takes: checking it a hundred times is no work, as it is with one of `hashPassword`. */
export const cheapPasswordHash = (password: string): string => {
  const salt = Buffer.from('eight bytes or more');
  const key = scryptSync(password.normalize('NFC'), salt, 32, { N: 2 ** 10, r: 1, p: 1 });
  return `scrypt.10.1.1.${salt.toString('base64url')}.${key.toString('base64url')}`;
};
