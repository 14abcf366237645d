import { setImmediate } from 'node:timers/promises';
import { boardCredentials } from '@trawl/shared/platform/board-credentials.ts';
import { hashPassword } from '@trawl/shared/platform/password-hash.ts';
import { beforeAll, expect, test } from 'vitest';
import { createLogins, knownUsers } from '../../../apps/board/src/access/logins.ts';

let vera: string;
beforeAll(async () => {
  vera = `vera:${await hashPassword('s3cret')}`;
});

const parse = (text: string) => boardCredentials.schema.safeParse(text);
const usersOf = (viewers: string) => knownUsers({ viewers: parse(viewers).data ?? [], operators: [] });
const secret = Buffer.alloc(32, 7);
const address = '10.0.0.1';

test('several users are separated by commas', async () => {
  const two = parse(`${vera}, walt:${await hashPassword('other')}`);
  expect(two.data?.map(({ user }) => user)).toEqual(['vera', 'walt']);
  expect(boardCredentials.show(two.data ?? [])).toBe('vera,walt');
});

test('what is no USER:HASH is refused as a whole', () => {
  const [, hash] = vera.split(':');
  for (const wrong of [
    '',
    'vera',
    'vera:',
    'vera:s3cret',
    hash ?? '',
    `:${hash}`,
    `a b:${hash}`,
    `${vera},`,
    `${vera}:x`,
  ])
    expect([wrong, parse(wrong).success]).toEqual([wrong, false]);
});

test('a hash that would cost more than a guess may is refused', () => {
  const [, hash = ''] = vera.split(':');
  for (const costs of ['scrypt.30.8.3', 'scrypt.15.99.3', 'scrypt.15.8.99', 'scrypt.1.8.3'])
    expect(parse(`vera:${hash.replace('scrypt.15.8.3', costs)}`).success).toBe(false);
});

test('two hashes of one password are not alike', async () => {
  expect(await hashPassword('s3cret')).not.toBe(vera.split(':')[1]);
});

test('one name with two roles is refused', () => {
  const both = parse(vera).data ?? [];
  expect(() => knownUsers({ viewers: both, operators: both })).toThrow('vera is named twice');
  expect(() => knownUsers({ viewers: [...both, ...both], operators: [] })).toThrow('vera is named twice');
});

/** Counts what is computed, and how much of it at once. */
const loginsOfVera = () => {
  const computed = { times: 0, now: 0, most: 0 };
  const isPassword = async (password: string): Promise<boolean> => {
    computed.times++;
    computed.most = Math.max(computed.most, ++computed.now);
    await setImmediate();
    computed.now--;
    return password === 's3cret';
  };
  const logins = createLogins(usersOf(vera), { secret, now: () => 0, isPassword });
  const check = (user: string, password: string, from = address) => logins.check({ user, password, address: from });
  return { check, computed };
};
const loggedIn = { kind: 'in', user: { name: 'vera', role: 'viewer' } };

test('a right password is computed once, however often and by how many it is sent', async () => {
  const { check, computed } = loginsOfVera();
  expect(await Promise.all(Array.from({ length: 40 }, () => check('vera', 's3cret')))).toEqual(
    Array(40).fill(loggedIn),
  );
  expect(await check('vera', 's3cret')).toEqual(loggedIn);
  expect(computed.times).toBe(1);
});

test('at most two are computed at once, and whoever comes when many wait is told to come again', async () => {
  const { check, computed } = loginsOfVera();
  const answers = await Promise.all(Array.from({ length: 70 }, (_, i) => check('vera', `guess ${i}`, `10.0.1.${i}`)));
  expect(computed).toEqual({ times: 64, now: 0, most: 2 });
  expect(answers.filter(({ kind }) => kind === 'throttled')).toHaveLength(6);
});

test('wrong passwords count for each name and address', async () => {
  const { check } = loginsOfVera();
  const kinds = await Promise.all(Array.from({ length: 11 }, (_, i) => check('vera', `guess ${i}`)));
  expect(kinds.filter(({ kind }) => kind === 'refused')).toHaveLength(10);
  expect(await check('vera', 's3cret')).toEqual({ kind: 'throttled', waitMs: 60_000 });
  expect(await check('vera', 's3cret', '10.0.0.2')).toEqual(loggedIn);
});

test('a name that nobody has takes as long as a wrong password, and is not repeated', async () => {
  const { check, computed } = loginsOfVera();
  expect(await check('nobody', 's3cret')).toEqual({ kind: 'refused' });
  expect(await check('vera', 'wrong')).toEqual({ kind: 'refused', name: 'vera' });
  expect(computed.times).toBe(2);
});

test('what was right does not let in what looks alike', async () => {
  const { check } = loginsOfVera();
  expect(await check('vera', 's3cret')).toEqual(loggedIn);
  for (const [user, password] of [
    ['vera\0s3cret', ''],
    ['vera', 's3cre'],
    ['', 'vera\0s3cret'],
  ] as const)
    expect(await check(user, password)).toEqual({ kind: 'refused', ...(user === 'vera' && { name: 'vera' }) });
});
