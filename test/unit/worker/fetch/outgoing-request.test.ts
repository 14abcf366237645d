import { describe, expect, it } from 'vitest';
import { fetchPolicyOf } from '../../../../apps/worker/src/fetch/fetch-policy.ts';
import { firstRequest, splitUrl } from '../../../../apps/worker/src/fetch/outgoing-request.ts';
import { settingsWith } from '../../../support/settings-for-tests.ts';

describe('the headers of a request', () => {
  it('say who asks and what can be decoded', () => {
    expect(fetchPolicyOf(settingsWith()).headers).toEqual([
      'user-agent',
      'Trawl/0.1',
      'accept',
      '*/*',
      'accept-encoding',
      'gzip, deflate, br, zstd',
    ]);
  });

  it("are the defaults, replaced by the run's, replaced by the line's", () => {
    const { headers } = fetchPolicyOf(
      settingsWith({ headers: { accept: 'text/html', 'x-run': '1', 'x-both': 'run' } }),
    );
    const request = firstRequest('http://a.example/', headers, { headers: { 'x-both': 'line', 'user-agent': 'me' } });
    const sent = Object.fromEntries(
      Array.from({ length: request.headers.length / 2 }, (_, i) => request.headers.slice(i * 2, i * 2 + 2)),
    );
    expect(sent).toEqual({
      accept: 'text/html',
      'accept-encoding': 'gzip, deflate, br, zstd',
      'x-run': '1',
      'x-both': 'line',
      'user-agent': 'me',
    });
  });

  it('never include those that belong to the connection', () => {
    const connection = { connection: 'close', 'transfer-encoding': 'chunked', 'content-length': '5', upgrade: 'h2c' };
    const policy = fetchPolicyOf(settingsWith({ headers: connection }));
    const request = firstRequest('http://a.example/', policy.headers, { headers: connection });
    expect(request.headers).toEqual(fetchPolicyOf(settingsWith()).headers);
  });

  it('of a line without overrides are the list of the run itself', () => {
    const headers = ['accept', '*/*'];
    expect(firstRequest('http://a.example/', headers, undefined)).toEqual({
      url: 'http://a.example/',
      method: 'GET',
      headers,
      body: null,
    });
    expect(firstRequest('http://a.example/', headers, { method: 'post', body: 'x' }).headers).toBe(headers);
  });
});

describe('an absolute URL', () => {
  it.each([
    ['http://a.example/', 'http://a.example', '/'],
    ['https://a.example:8443/p/q?x=http://b/', 'https://a.example:8443', '/p/q?x=http://b/'],
    ['http://[::1]:80/x', 'http://[::1]:80', '/x'],
    ['http://a.example', 'http://a.example', '/'],
  ])('%s has origin %s and path %s', (url, origin, path) => {
    expect(splitUrl(url)).toEqual({ origin, path });
  });
});
