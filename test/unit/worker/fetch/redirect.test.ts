import { describe, expect, it } from 'vitest';
import type { OutgoingRequest } from '../../../../apps/worker/src/fetch/outgoing-request.ts';
import { isLoop, isRedirect, redirectedRequest } from '../../../../apps/worker/src/fetch/redirect.ts';

const from = (changes: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url: 'http://a.example/dir/page?q=1',
  method: 'GET',
  headers: ['user-agent', 'Trawl'],
  body: null,
  ...changes,
});
const follow = (location: string, status = 302, changes: Partial<OutgoingRequest> = {}) => {
  const next = redirectedRequest(from(changes), status, location);
  if (next.kind !== 'follow') throw new Error(`refused: ${next.why}`);
  return next;
};

describe('the target of a redirect', () => {
  it.each([
    ['/other', 'http://a.example/other'],
    ['other', 'http://a.example/dir/other'],
    ['?q=2', 'http://a.example/dir/page?q=2'],
    ['//b.example/x', 'http://b.example/x'],
    ['https://b.example', 'https://b.example/'],
    ['/x#fragment', 'http://a.example/x'],
    ['?q=2#fragment', 'http://a.example/dir/page?q=2'],
    ['http://user:pass@a.example/x', 'http://a.example/x'],
    ['/a b', 'http://a.example/a%20b'],
    ['/%C3%A4', 'http://a.example/%C3%A4'],
    ['  /x  ', 'http://a.example/x'],
    ['http:/x', 'http://a.example/x'],
    ['//user:pass@b.example', 'http://b.example/'],
    ['//b.example:80/x', 'http://b.example/x'],
    ['https://b.example:443/x', 'https://b.example/x'],
    ['\\\\b.example\\x', 'http://b.example/x'],
    ['\\x', 'http://a.example/x'],
    ['/\tx', 'http://a.example/x'],
    ['ht\ttp://b.example/', 'http://b.example/'],
    ['/\u0000\u0001\u007f', 'http://a.example/%00%01%7F'],
    ['.', 'http://a.example/dir/'],
    ['../..', 'http://a.example/'],
    ['?', 'http://a.example/dir/page?'],
    ['http://B\u00fccher.example/', 'http://xn--bcher-kva.example/'],
  ])('%j is %j', (location, url) => {
    expect(follow(location).request.url).toBe(url);
  });

  it('reads non-ASCII bytes as UTF-8, and as latin1 where they are not', () => {
    expect(follow(Buffer.from('/käse').toString('latin1')).request.url).toBe('http://a.example/k%C3%A4se');
    expect(follow('/k\u00e4se').request.url).toBe('http://a.example/k%C3%A4se');
    const host = Buffer.from('//bücher.example/').toString('latin1');
    expect(follow(host).request.url).toBe('http://xn--bcher-kva.example/');
    // One byte that is no UTF-8 makes all of them latin1.
    expect(follow(`${Buffer.from('/ä').toString('latin1')}\u00e4`).request.url).toBe(
      'http://a.example/%C3%83%C2%A4%C3%A4',
    );
  });

  it.each(['ftp://a.example/', 'javascript:alert(1)', 'mailto:x@a.example', 'file:///etc/passwd', 'data:,x'])(
    '%j is refused for its scheme',
    (location) => {
      expect(redirectedRequest(from(), 302, location)).toEqual({ kind: 'refuse', why: 'redirect-scheme' });
    },
  );

  it.each([
    'http://',
    'http://[',
    'http://a.example:99999/',
    'http://a b/',
    '//',
    '//:80',
    'http://user@/',
    '//a%00b/',
  ])('%j is refused as no URL', (location) => {
    expect(redirectedRequest(from(), 302, location)).toEqual({ kind: 'refuse', why: 'redirect-invalid' });
  });

  it('that leads to where the request has been is a loop, unless something new would be sent', () => {
    const [a, b] = [from(), from({ url: 'http://a.example/b' })];
    expect(isLoop([a], follow('#fragment').request)).toBe(true);
    expect(isLoop([b, a], follow('/b').request)).toBe(true);
    const post = from({ method: 'POST' });
    expect(isLoop([post], follow('#', 303, { method: 'POST' }).request)).toBe(false);
    expect(isLoop([{ ...a, cookies: '' }], { ...follow('#').request, cookies: 'seen=1' })).toBe(false);
    expect(isLoop([{ ...a, cookies: 'seen=1' }], { ...follow('#').request, cookies: 'seen=1' })).toBe(true);
  });

  it('is measured as it would be sent: 64 KiB is the longest', () => {
    const room = 65_536 - 'http://a.example/'.length;
    expect(follow(`/${'x'.repeat(room)}`).request.url).toHaveLength(65_536);
    for (const path of ['x'.repeat(room + 1), ' '.repeat(room / 2), 'x'.repeat(1024 ** 2)])
      expect(redirectedRequest(from(), 302, `/${path}/`)).toEqual({ kind: 'refuse', why: 'redirect-invalid' });
  });

  it('that is named twice in two ways is refused', () => {
    expect(redirectedRequest(from(), 302, undefined)).toEqual({ kind: 'refuse', why: 'redirect-invalid' });
  });

  it('has the host by which politeness knows it', () => {
    expect(follow('https://b.example/x').host).toBe('b.example');
    expect(follow('http://b.example:8080/x').host).toBe('b.example:8080');
    expect(follow('/x').host).toBe('a.example');
  });
});

describe('the request after a redirect', () => {
  const post = { method: 'POST', body: '{}', headers: ['content-type', 'application/json', 'accept', '*/*'] };

  it.each([
    ['POST', 301, 'GET'],
    ['POST', 302, 'GET'],
    ['POST', 303, 'GET'],
    ['PUT', 303, 'GET'],
    ['HEAD', 303, 'HEAD'],
    ['PUT', 301, 'PUT'],
    ['POST', 307, 'POST'],
    ['POST', 308, 'POST'],
    ['HEAD', 302, 'HEAD'],
  ])('%s after %i is %s', (method, status, expected) => {
    expect(follow('/x', status, { method }).request.method).toBe(expected);
  });

  it('keeps its body with 307 and 308, and loses it where it becomes GET', () => {
    expect(follow('/x', 308, post).request).toMatchObject(post);
    expect(follow('/x', 302, post).request).toMatchObject({ method: 'GET', body: null, headers: ['accept', '*/*'] });
  });

  const secrets = [
    'authorization',
    'cookie',
    'x-api-key',
    'x-keyboard',
    'referer',
    'if-none-match',
    'host',
    'anything',
  ];
  const flat = (names: string[]) => names.flatMap((name) => [name, 'secret']);

  it.each(['http://b.example/', 'https://a.example/', 'http://a.example:81/'])(
    'to %s carries nothing but how we speak',
    (location) => {
      const speech = ['accept', '*/*', 'accept-language', 'de', 'user-agent', 'Trawl', 'content-type', 'text/x'];
      const headers = [...flat(secrets), ...speech];
      expect(follow(location, 307, { headers }).request.headers).toEqual(speech);
    },
  );

  it('within the origin keeps them', () => {
    expect(follow('/x', 302, { headers: flat(secrets) }).request.headers).toEqual(flat(secrets));
  });

  it.each([
    [301, true],
    [302, true],
    [303, true],
    [307, true],
    [308, true],
    [300, false],
    [304, false],
    [305, false],
    [200, false],
  ])('follows %i: %s', (status, expected) => {
    expect(isRedirect(status)).toBe(expected);
  });
});
