import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCookies, encodeCookie } from '../../../../apps/worker/src/cookies/cookie-lines.ts';
import { readSetCookie } from '../../../../apps/worker/src/cookies/read-set-cookie.ts';

const nowMs = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;
const read = (text: string, url = 'https://www.a.example/dir/page?q') => readSetCookie(text, new URL(url), nowMs);
const plain = { expiresMs: 0, path: '/dir', name: 'a', isSecure: false, value: '1' };

describe('a Set-Cookie', () => {
  it.each([
    ['a=1', {}],
    [' a = 1 ; ', {}],
    ['a=1; HttpOnly; SameSite=Strict; Unknown=x', {}],
    ['a="x y"', { value: '"x y"' }],
    ['a=1=2', { value: '1=2' }],
    ['a=', { value: '' }],
    ['a=\u00e4', { value: '\u00e4' }],
    ['__proto__=constructor', { name: '__proto__', value: 'constructor' }],
    ['a=1; Path=/', { path: '/' }],
    ['a=1; Path=elsewhere', {}],
    ['a=1; Path=/x; Path=/y', { path: '/y' }],
    ['a=1; Path=/x\ty', {}],
    [`a=1; Path=/${'x'.repeat(1024)}`, {}],
    ['a=1; Secure', { isSecure: true }],
    ['a=1; Domain=a.example', {}],
    ['a=1; Domain=.WWW.a.example', {}],
    ['a=1; Max-Age=60', { expiresMs: nowMs + 60_000 }],
    ['a=1; Max-Age=0', { expiresMs: 1 }],
    ['a=1; Max-Age=-1', { expiresMs: 1 }],
    ['a=1; Max-Age=soon', {}],
    [`a=1; Max-Age=${'9'.repeat(30)}`, { expiresMs: nowMs + 400 * dayMs }],
    [`a=1; Max-Age=${'9'.repeat(400)}`, {}],
    ['a=1; Expires=Fri, 02 Jan 2026 00:00:00 GMT', { expiresMs: nowMs + dayMs }],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', { expiresMs: 1 }],
    ['a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT', { expiresMs: nowMs + 400 * dayMs }],
    ['a=1; Expires=whenever', {}],
    ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', { expiresMs: nowMs + 60_000 }],
    ['__Secure-a=1; Secure', { name: '__Secure-a', isSecure: true }],
    ['__Host-a=1; Secure; Path=/', { name: '__Host-a', isSecure: true, path: '/' }],
  ])('%j is kept', (text, difference) => {
    expect(read(text)).toEqual({ ...plain, ...difference });
  });

  it.each([
    '',
    '=1',
    'a',
    ';',
    'a=\u0001',
    'a\tb=1',
    'a=1; Domain=b.example',
    'a=1; Domain=other.a.example',
    'a=1; Domain=ww.a.example',
    '__Secure-a=1',
    '__host-a=1; Secure; Path=/; Domain=www.a.example',
    '__Host-a=1; Secure',
    `a=${'x'.repeat(4096)}`,
  ])('%j is not', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('with Secure is taken over https only', () => {
    expect(read('a=1; Secure', 'http://www.a.example/')).toBeUndefined();
  });

  it('of an address is for that address', () => {
    expect(read('a=1; Domain=127.0.0.1', 'http://127.0.0.1:81/')).toMatchObject({ name: 'a' });
    expect(read('a=1; Domain=0.0.1', 'http://127.0.0.1/')).toBeUndefined();
    expect(read('a=1', 'http://[::1]/')).toMatchObject({ name: 'a' });
  });

  it('comes back from its line as it was, whatever a host sends', () => {
    const piece = fc.constantFrom('a', '=', ';', ' ', 'Path=/', 'Domain=', 'Expires=', 'Max-Age=', '9', '-', '\t', ',');
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => `a=1${pieces.join('')}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const cookie = read(text.replaceAll('\n', ''));
        if (cookie === undefined) return;
        expect(encodeCookie(cookie)).not.toContain('\n');
        expect(Number.isInteger(cookie.expiresMs) && cookie.expiresMs >= 0).toBe(true);
        expect(decodeCookies(`${encodeCookie(cookie)}\n`)).toEqual([cookie]);
      }),
      { numRuns: 2000 },
    );
  });
});
