import { expect, it } from 'vitest';
import { withCookieHeader } from '../../../../apps/worker/src/fetch/cookie-header.ts';

const sent = (headers: string[], cookies?: string): string[] =>
  withCookieHeader({
    url: 'http://a/',
    method: 'GET',
    headers,
    body: null,
    ...(cookies !== undefined && { cookies }),
  }).headers;

it('the cookies of a run are one header more', () => {
  expect(sent(['accept', '*/*'], 'a=1; b=2')).toEqual(['accept', '*/*', 'cookie', 'a=1; b=2']);
  expect(sent(['accept', '*/*'], '')).toEqual(['accept', '*/*']);
});

it("the user's own cookies stay, and their names are not sent twice", () => {
  expect(sent(['cookie', 'a=mine;flag; ', 'accept', '*/*'], 'a=1; b=2; flag=x')).toEqual([
    'accept',
    '*/*',
    'cookie',
    'a=mine; flag; b=2',
  ]);
});

it('a request without a jar is sent as it is', () => {
  expect(sent(['cookie', 'a=1;; b'])).toEqual(['cookie', 'a=1;; b']);
});
