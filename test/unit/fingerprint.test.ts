import type { CanonicalUrl } from '@trawl/shared/domain/canonical-url.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import { expect, test } from 'vitest';
import { fingerprint } from '../../apps/producer/src/ingest/fingerprint.ts';

const of = (url: string, overrides?: RequestOverrides) => fingerprint(url as CanonicalUrl, overrides);

test('the same URL has the same fingerprint in every process and version: it outlives both in Redis', () => {
  expect(of('http://a/')).toEqual({ bucket: 673854935, member: '-6856049952835104406' });
});

test('bucket is a uint32, member a signed 64 bit integer, and both use their whole range', () => {
  const all = Array.from({ length: 4000 }, (_, i) => of(`http://h/${i}`));
  for (const { bucket, member } of all) {
    expect(Number.isInteger(bucket) && bucket >= 0 && bucket < 2 ** 32).toBe(true);
    expect(BigInt.asIntN(64, BigInt(member)).toString()).toBe(member);
  }
  expect(new Set(all.map(({ member }) => member)).size).toBe(4000);
  expect(new Set(all.map(({ bucket }) => bucket % 16)).size).toBe(16);
  expect(all.filter(({ member }) => member.startsWith('-')).length).toBeGreaterThan(1500);
  expect(all.filter(({ bucket }) => bucket >= 2 ** 31).length).toBeGreaterThan(1500);
});

test('overrides that ask for something else make another request, each of them', () => {
  const requests: (RequestOverrides | undefined)[] = [
    undefined,
    { method: 'POST' },
    { body: '' },
    { body: 'a' },
    { headers: { a: 'b' } },
    { headers: { a: 'b', c: 'd' } },
    { headers: { a: 'b","c":"d' } },
    { headers: { ab: '' } },
    { method: 'POST', body: 'a' },
    { method: 'POST', headers: { a: 'b' }, body: 'a' },
  ];
  const members = requests.map((overrides) => of('http://a/', overrides).member);
  expect(new Set(members).size).toBe(requests.length);
});

test('the order of headers makes no other request, nor do overrides that say what a plain GET is', () => {
  expect(of('http://a/', { headers: { a: '1', b: '2' } })).toEqual(of('http://a/', { headers: { b: '2', a: '1' } }));
  expect(of('http://a/', { method: 'GET', headers: {} })).toEqual(of('http://a/'));
});
