import { decodeLine } from '@trawl/shared/domain/frontier-line.ts';
import { expect, test } from 'vitest';
import { quoteLine } from '../../apps/producer/src/ingest/quote-line.ts';
import { toPushItem } from '../../apps/producer/src/ingest/to-push-item.ts';
import { withUrlCredentials } from '../../apps/producer/src/ingest/url-credentials.ts';

const basic = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

test.each([
  ['http://user:pass@h/', 'user:pass'],
  ['http://user@h/', 'user:'],
  ['http://:pass@h/', ':pass'],
  ['http://u%73er:p%40%3A%2f@h/', 'user:p@:/'],
  ['http://us@er:pa@ss@h/', 'us@er:pa@ss'],
  ['http://üser:pässword@h/', utf8('üser:pässword')],
  ['http://u:%C3%A4@h/', utf8('u:ä')],
  ['http://u:%E4@h/', 'u:\xe4'],
  ['http://u:100%@h/', 'u:100%'],
  ['http://u:%zz%@h/', 'u:%zz%'],
  ['http://u:\ud800@h/', utf8('u:\ufffd')],
  ['http://u:a\tb\n@h/', 'u:ab'],
  ['http:\\\\u:p@h\\', 'u:p'],
  ['http:u:p@h', 'u:p'],
])('%j is sent with %j', (url, pair) => {
  expect(withUrlCredentials(url, undefined)).toEqual({ headers: { authorization: basic(pair) } });
});

test.each(['http://h/', 'http://@h/', 'http://:@h/', 'http://h/me@home', 'http://h/?mail=a:b@c', 'http://h/#a:b@c'])(
  '%s has no credentials',
  (url) => {
    expect(withUrlCredentials(url, undefined)).toBeUndefined();
    const overrides = { method: 'PUT' };
    expect(withUrlCredentials(url, overrides)).toBe(overrides);
  },
);

test('the rest of the line stays, and an authorization of its own stands', () => {
  const url = 'http://u:p@h/';
  const line = { method: 'PUT', headers: { accept: 'x', ['__proto__']: 'y' }, body: 'b' };
  expect(withUrlCredentials(url, line)).toEqual({ ...line, headers: { ...line.headers, authorization: basic('u:p') } });
  const own = { headers: { authorization: 'Bearer mine' } };
  expect(withUrlCredentials(url, own)).toBe(own);
});

const push = (text: string, urlCredentials: boolean, problem?: string) => {
  const context = { run: 'r', atIso: '2026-01-01T00:00:00.000Z', keepDuplicates: false, urlCredentials };
  return toPushItem({ line: 1, seq: 0, text, ...(problem && { problem }) }, context);
};

test('the frontier holds the URL without them, and the header only where the crawl asks', () => {
  const [on, off] = [push('http://u:p@h/x', true), push('http://u:p@h/x', false)];
  if (on.kind !== 'url' || off.kind !== 'url') throw new Error('no URLs');
  expect(decodeLine(on.record)).toMatchObject({
    url: 'http://h/x',
    overrides: { headers: { authorization: basic('u:p') } },
  });
  expect(decodeLine(off.record)).not.toHaveProperty('overrides');
  expect(off.fingerprint).toEqual((push('http://h/x', false) as typeof off).fingerprint);
  expect(on.fingerprint).not.toEqual(off.fingerprint);
});

test.each([
  'http://user:marker@exa mple/',
  'http://user:mar@ker@h:99999/',
  'http://user:pa/marker@h/',
  'http://user:pa?marker@h/',
  'https:user:marker@[/',
  'http:\\\\user:marker@[::g]/',
  'ftp://user:marker@h/',
  '{"url": "http://user:marker@h/" "headers": {"authorization": "Bearer marker"}}',
  '{"headers": {"Cookie" : "a=marker',
  `{"authorization": "${'marker'.repeat(2000)}"`,
])('the record of the bad line %j keeps its credentials to itself', (text) => {
  const item = push(text, true, text.startsWith('{') ? 'bad-json' : undefined);
  expect(item).toMatchObject({ kind: 'invalid' });
  expect(JSON.stringify(item)).not.toContain('ker');
});

test('of other bad lines the beginning is quoted as it is', () => {
  for (const text of ['exa mple.com/a@b', 'http://exa mple/?mail=a@b', 'see me@home: 10:15', 'mailto:a@b'])
    expect(quoteLine(text)).toBe(text);
  expect(quoteLine('x'.repeat(5000))).toHaveLength(2000);
  expect(quoteLine(`${'x'.repeat(1999)}😀`).isWellFormed()).toBe(true);
});
