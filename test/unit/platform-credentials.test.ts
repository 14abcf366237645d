import { withoutCredentials } from '@trawl/shared/platform/without-credentials.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('credentials are removed from', () => {
  test('URLs, whose host stays', () => {
    expect(withoutCredentials('cannot reach redis://me:s3cret@cache:6379/0, giving up')).toBe(
      'cannot reach redis://[removed]@cache:6379/0, giving up',
    );
  });

  test('URLs with a password alone, with an @ in it, and more than one in a text', () => {
    expect(withoutCredentials('redis://:a@b@host and https://x:y@other/p@th')).toBe(
      'redis://[removed]@host and https://[removed]@other/p@th',
    );
  });

  test('the password for Sentinels, in whatever it stands', () => {
    expect(
      withoutCredentials('{"url":"redis+sentinel://me:a@h1,h2/m?sentinel_username=u&sentinel_password=s%2Ft"}'),
    ).toBe('{"url":"redis+sentinel://[removed]@h1,h2/m?sentinel_username=u&sentinel_password=[removed]"}');
  });

  test('fields of a log line, at any depth and in any case', () => {
    const line = JSON.stringify({
      req: { headers: { Authorization: 'Bearer "x"', cookie: 'a=1', 'set-cookie': ['b=2', 'c]=3'], host: 'h' } },
    });
    expect(JSON.parse(withoutCredentials(line))).toEqual({
      req: { headers: { Authorization: '[removed]', cookie: '[removed]', 'set-cookie': '[removed]', host: 'h' } },
    });
  });

  test('header lines in a message', () => {
    expect(withoutCredentials('bad header Authorization: Bearer abc\nnext')).toBe(
      'bad header Authorization: [removed]\nnext',
    );
  });

  test('nothing else: addresses, mail and times stay', () => {
    const text = 'https://host:8080/a?b=c#d mail me@example.org at 10:15, npm @scope/name';
    expect(withoutCredentials(text)).toBe(text);
  });

  test('any URL: what a URL parser calls the password is gone', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), (password) => {
        const url = new URL('redis://cache/0');
        url.username = 'me';
        url.password = `${password}marker`;
        expect(withoutCredentials(JSON.stringify({ msg: `lost ${url.href} again` }))).not.toContain('marker');
      }),
    );
  });

  test('a JSON line, which stays JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (cookie) => {
        const line = JSON.stringify({ cookie, authorization: JSON.stringify(cookie), url: 'http://a:b@c' });
        expect(JSON.parse(withoutCredentials(line))).toHaveProperty('authorization', '[removed]');
      }),
    );
  });
});
