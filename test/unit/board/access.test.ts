import { expect, test } from 'vitest';
import { readBasicAuth } from '../../../apps/board/src/access/basic-auth.ts';
import { isLocalName, provenanceOf } from '../../../apps/board/src/access/cross-site.ts';
import { createFormToken } from '../../../apps/board/src/access/form-token.ts';
import { createLoginThrottle } from '../../../apps/board/src/access/login-throttle.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test.each([
  [basic('vera:s3cret'), { user: 'vera', password: 's3cret' }],
  [basic('vera:with:colons'), { user: 'vera', password: 'with:colons' }],
  [basic('vera:ä€'), { user: 'vera', password: 'ä€' }],
  [basic(':'), { user: '', password: '' }],
  [basic('vera:x').replace('Basic', 'basic'), { user: 'vera', password: 'x' }],
])('the login %s is read as name and password', (header, login) => {
  expect(readBasicAuth(header)).toEqual(login);
});

test.each([
  undefined,
  '',
  'Basic',
  'Basic !!!',
  basic('no colon'),
  basic('vera:s3cret\0'),
  basic('vera\n:x'),
  'Bearer abc',
  'Negotiate YII=',
])('%s is no login', (header) => {
  expect(readBasicAuth(header)).toBeUndefined();
});

const from = (headers: Partial<Parameters<typeof provenanceOf>[0]>) =>
  provenanceOf({ host: 'board.example:3000', origin: undefined, 'sec-fetch-site': undefined, ...headers });

test.each([
  [{ 'sec-fetch-site': 'same-origin' }, 'own-page'],
  // A proxy that changes the host does not change what the browser says.
  [{ 'sec-fetch-site': 'same-origin', origin: 'https://public.example' }, 'own-page'],
  [{ origin: 'http://board.example:3000' }, 'own-page'],
  [{ origin: 'http://Board.Example:3000', host: 'BOARD.example:3000' }, 'own-page'],
  [{}, 'no-browser'],
  [{ 'sec-fetch-site': 'cross-site' }, 'other-page'],
  [{ 'sec-fetch-site': 'same-site', origin: 'http://board.example:3000' }, 'other-page'],
  [{ 'sec-fetch-site': 'none' }, 'other-page'],
  [{ origin: 'http://board.example' }, 'other-page'],
  [{ origin: 'http://board.example:3000.evil.example' }, 'other-page'],
  [{ origin: 'null' }, 'other-page'],
  [{ origin: '' }, 'other-page'],
] as const)('a request with %o comes from: %s', (headers, provenance) => {
  expect(from(headers)).toBe(provenance);
});

test.each([
  ['localhost:3000', true],
  ['127.0.0.1', true],
  ['127.1.2.3:80', true],
  ['[::1]:3000', true],
  ['evil.example:3000', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.evil.example', false],
  ['192.168.0.1', false],
  ['', false],
  [undefined, false],
])('the host %s names this machine: %s', (host, isLocal) => {
  expect(isLocalName(host)).toBe(isLocal);
});

test('a token fits its own board only', () => {
  const [token, other] = [createFormToken([Buffer.from('a')]), createFormToken([Buffer.from('b')])];
  expect(token.fits(token.text)).toBe(true);
  for (const wrong of [other.text, '', `${token.text}A`, undefined, 1, [token.text]])
    expect(token.fits(wrong)).toBe(false);
});

test('ten tries a minute are let through for each key, and a right one lets it begin again', () => {
  let nowMs = 0;
  const throttle = createLoginThrottle(() => nowMs);
  const tries = (key: string, n: number) => Array.from({ length: n }, () => throttle.begin(key));
  expect(tries('a', 10)).toEqual(Array(10).fill(0));
  nowMs = 20_000;
  expect([throttle.begin('a'), throttle.begin('b')]).toEqual([40_000, 0]);
  nowMs = 60_000;
  expect(tries('a', 9)).toEqual(Array(9).fill(0));
  throttle.succeeded('a');
  expect(tries('a', 10)).toEqual(Array(10).fill(0));
});

test('keys without end take no memory without end', () => {
  const throttle = createLoginThrottle(() => 0);
  for (let i = 0; i < 10; i++) throttle.begin('first');
  expect(throttle.begin('first')).toBeGreaterThan(0);
  for (let i = 0; i < 10_000; i++) throttle.begin(`other ${i}`);
  expect(throttle.begin('first')).toBe(0);
});
