import { describe, expect, it } from 'vitest';
import type { OutgoingRequest } from '../../../../apps/worker/src/fetch/outgoing-request.ts';
import { isRedirect, redirectedRequest } from '../../../../apps/worker/src/fetch/redirect.ts';

const from = (changes: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url: 'http://a.example/dir/page?q=1',
  method: 'GET',
  headers: ['user-agent', 'Trawl'],
  body: null,
  ...changes,
});
const follow = (location: string, status = 302, changes: Partial<OutgoingRequest> = {}) => {
  const next = redirectedRequest([from(changes)], status, location);
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
  ])('%j is %j', (location, url) => {
    expect(follow(location).request.url).toBe(url);
  });

  it('reads non-ASCII bytes as UTF-8, and as latin1 where they are not', () => {
    expect(follow(Buffer.from('/käse').toString('latin1')).request.url).toBe('http://a.example/k%C3%A4se');
    expect(follow('/k\u00e4se').request.url).toBe('http://a.example/k%C3%A4se');
  });

  it.each(['ftp://a.example/', 'javascript:alert(1)', 'mailto:x@a.example', 'file:///etc/passwd', 'data:,x'])(
    '%j is refused for its scheme',
    (location) => {
      expect(redirectedRequest([from()], 302, location)).toEqual({ kind: 'refuse', why: 'redirect-scheme' });
    },
  );

  it.each(['http://', 'http://[', 'http://a.example:99999/', 'http://a b/'])('%j is refused as no URL', (location) => {
    expect(redirectedRequest([from()], 302, location)).toEqual({ kind: 'refuse', why: 'redirect-invalid' });
  });

  it('that leads to where the request has been is refused as a loop', () => {
    const loop = { kind: 'refuse', why: 'redirect-loop' };
    const [a, b] = [from(), from({ url: 'http://a.example/b' })];
    expect(redirectedRequest([a], 302, '#fragment')).toEqual(loop);
    expect(redirectedRequest([a, b], 302, '/dir/page?q=1')).toEqual(loop);
    expect(redirectedRequest([from({ method: 'POST' })], 303, '#')).toMatchObject({ kind: 'follow' });
  });

  it('that is named twice in two ways is refused', () => {
    expect(redirectedRequest([from()], 302, undefined)).toEqual({ kind: 'refuse', why: 'redirect-invalid' });
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
