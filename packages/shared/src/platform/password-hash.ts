import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** What is kept of a password. */
export type PasswordHash = { costLog2: number; blockSize: number; parallel: number; salt: Buffer; key: Buffer };

/** scrypt as OWASP advises (password storage cheat sheet, 2024): 32 MiB and about a fifth of a second for each guess. */
const advised = { costLog2: 15, blockSize: 8, parallel: 3 };
const [saltBytes, keyBytes] = [16, 32];

/** `scrypt.15.8.3.SALT.KEY`: no character of it means anything to a shell, a compose file or an environment file. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(saltBytes);
  const key = await keyOf(password, { ...advised, salt, key: Buffer.alloc(keyBytes) });
  const { costLog2, blockSize, parallel } = advised;
  return ['scrypt', costLog2, blockSize, parallel, salt.toString('base64url'), key.toString('base64url')].join('.');
};

/** Undefined: this is no hash, or one that costs more memory than a guess may. */
export const readPasswordHash = (text: string): PasswordHash | undefined => {
  const match = /^scrypt\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})\.([\w-]+)\.([\w-]+)$/.exec(text);
  if (match === null) return undefined;
  const [costLog2 = 0, blockSize = 0, parallel = 0] = match.slice(1, 4).map(Number);
  const [salt = Buffer.alloc(0), key = Buffer.alloc(0)] = match
    .slice(4, 6)
    .map((part) => Buffer.from(part, 'base64url'));
  const isSane =
    costLog2 >= 10 && costLog2 <= 18 && blockSize >= 1 && blockSize <= 16 && parallel >= 1 && parallel <= 16;
  return isSane && salt.length >= 8 && key.length === keyBytes
    ? { costLog2, blockSize, parallel, salt, key }
    : undefined;
};

/** Takes as long for a wrong password as for the right one. */
export const isPassword = async (password: string, hash: PasswordHash): Promise<boolean> =>
  timingSafeEqual(await keyOf(password, hash), hash.key);

const keyOf = (password: string, hash: PasswordHash): Promise<Buffer> => {
  const { costLog2, blockSize, parallel, salt, key } = hash;
  const N = 2 ** costLog2;
  const options: ScryptOptions = { N, r: blockSize, p: parallel, maxmem: 128 * blockSize * (N + parallel + 2) };
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The same text may be typed in several Unicode forms.
  scrypt(password.normalize('NFC'), salt, key.length, options, (error, derived) =>
    error === null ? resolve(derived) : reject(error),
  );
  return promise;
};
