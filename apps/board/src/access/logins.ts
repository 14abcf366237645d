import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BoardCredential, BoardRole, BoardUser } from '@trawl/shared/platform/board-credentials.ts';
import type { PasswordHash } from '@trawl/shared/platform/password-hash.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { createLoginThrottle } from './login-throttle.ts';

export type Login =
  | { kind: 'in'; user: BoardUser }
  /** `name` only where it is the name of a user: people type passwords into the wrong field. */
  | { kind: 'refused'; name?: string }
  | { kind: 'throttled'; waitMs: number };

export type Logins = { check: (given: { user: string; password: string; address: string }) => Promise<Login> };

export type KnownUsers = Map<string, { role: BoardRole; hash: PasswordHash }>;

/** Throws UserError where one name stands twice: nobody could say which role it has. */
export const knownUsers = (given: { viewers: BoardCredential[]; operators: BoardCredential[] }): KnownUsers => {
  const users: KnownUsers = new Map();
  const add = (role: BoardRole) => (credential: BoardCredential) => {
    if (users.has(credential.user))
      throw new UserError(
        `--viewer / TRAWL_BOARD_VIEWER, --operator / TRAWL_BOARD_OPERATOR: ${credential.user} is named twice.`,
        'Name every user once; an operator may do all that a viewer may.',
      );
    users.set(credential.user, { role, hash: credential.hash });
  };
  given.viewers.forEach(add('viewer'));
  given.operators.forEach(add('operator'));
  return users;
};

/** Each takes 32 MiB and a core for a while. */
const mostAtOnce = 2;
const mostWaiting = 64;
const tryAgainMs = 1000;
/** Checked in place of a user that does not exist, so that an answer takes as long. */
const nobody: PasswordHash = { costLog2: 15, blockSize: 8, parallel: 3, salt: Buffer.alloc(16), key: Buffer.alloc(32) };

export type LoginOptions = {
  /** Random, of this process. */
  secret: Buffer;
  /** Monotonic ms. */
  now: () => number;
  /** Is meant to be slow. */
  isPassword: (password: string, hash: PasswordHash) => Promise<boolean>;
};

/**
 * Checks names and passwords. A browser sends them with every request: once a password was right, a keyed digest of it is kept,
 * and the next check costs microseconds.
 */
export const createLogins = (users: KnownUsers, { secret, now, isPassword }: LoginOptions): Logins => {
  const throttle = createLoginThrottle(now);
  const rightDigests = new Map<string, Buffer>();
  const underWay = new Map<string, Promise<boolean>>();
  const takeTurn = createTurns(mostAtOnce);

  const verify = async (user: string, password: string, digest: Buffer): Promise<boolean> => {
    const known = users.get(user);
    const isRight = await takeTurn(() => isPassword(password, known?.hash ?? nobody));
    if (isRight && known !== undefined) rightDigests.set(user, digest);
    return isRight && known !== undefined;
  };

  return {
    check: async ({ user, password, address }) => {
      const digest = createHmac('sha256', secret).update(`${user}\0${password}`).digest();
      const name = users.has(user) ? { name: user } : {};
      const login = (): Login => ({ kind: 'in', user: { name: user, role: users.get(user)?.role ?? 'viewer' } });
      const right = rightDigests.get(user);
      if (right !== undefined && timingSafeEqual(right, digest)) return login();

      const id = digest.toString('base64');
      const key = `${address} ${user.slice(0, 64)}`;
      if (!underWay.has(id)) {
        if (underWay.size >= mostWaiting) return { kind: 'throttled', waitMs: tryAgainMs };
        const waitMs = throttle.begin(key);
        if (waitMs > 0) return { kind: 'throttled', waitMs };
        underWay.set(
          id,
          verify(user, password, digest).finally(() => underWay.delete(id)),
        );
      }
      if (!(await underWay.get(id))) return { kind: 'refused', ...name };
      throttle.succeeded(key);
      return login();
    },
  };
};

/** Lets so many acts go on at once; the others wait in order. */
function createTurns(most: number): <T>(act: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
