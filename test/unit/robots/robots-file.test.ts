import { emptyTrace, type FetchOutcome, type FetchTrace } from '@trawl/shared/domain/fetch-outcome.ts';
import { describe, expect, test } from 'vitest';
import { isOfHost, mostRobotsBytes, robotsFileOf } from '../../../apps/worker/src/robots/robots-file.ts';
import { robotsFetchPolicyOf } from '../../../apps/worker/src/robots-fetch-policy.ts';
import { settingsWith } from '../../support/settings-for-tests.ts';

type Outcome = Exclude<FetchOutcome, { kind: 'interrupted' }>;

const trace = emptyTrace('http://h/robots.txt');
const redirected: FetchTrace = { ...trace, redirects: [{ status: 301, url: 'http://h/robots.txt' }] };

const answered = (status: number, bytes: string | Uint8Array = '', truncated = false): Outcome => ({
  kind: 'answered',
  status,
  headers: {},
  body: { kept: Buffer.from(bytes as string), truncated },
  trace,
});
const refused: Outcome = { kind: 'unreachable', stage: 'connect', reason: 'refused', temporary: true, trace };
const textOf = (outcome: Outcome): string | undefined => {
  const file = robotsFileOf(outcome);
  return file.kind === 'text' ? Buffer.from(file.bytes).toString() : undefined;
};
const kindOf = (outcome: Outcome): string => robotsFileOf(outcome).kind;

describe('what a robots.txt counts as', () => {
  test.each([200, 203, 206])('%i: its text', (status) => {
    expect(textOf(answered(status, 'allow: /ä'))).toBe('allow: /ä');
  });
  test.each([300, 304, 400, 401, 403, 404, 410, 451])('%i: there is none', (status) => {
    expect(kindOf(answered(status))).toBe('none');
  });
  test.each([429, 500, 502, 503, 599])('%i: it cannot be had', (status) => {
    expect(kindOf(answered(status))).toBe('unavailable');
  });
  test.each(['redirect-limit', 'redirect-loop', 'redirect-scheme', 'redirect-invalid'] as const)(
    '%s: there is none',
    (why) => expect(kindOf({ kind: 'forbidden', why, trace: redirected })).toBe('none'),
  );
  test.each(['reset', 'too-large', 'bad-encoding', 'malformed-response'] as const)('%s: it cannot be had', (why) => {
    expect(kindOf({ kind: 'cut-short', why, trace })).toBe('unavailable');
  });
  test('a host that is too slow: it cannot be had', () => {
    for (const stage of ['headers', 'body', 'total'] as const)
      expect(kindOf({ kind: 'timed-out', stage, trace })).toBe('unavailable');
  });
  test('a host that cannot be connected to: the end of its URLs', () => {
    expect(robotsFileOf(refused)).toEqual({ kind: 'failed', outcome: refused });
    expect(kindOf({ kind: 'timed-out', stage: 'connect', trace })).toBe('failed');
    expect(kindOf({ kind: 'forbidden', why: 'private-address', trace })).toBe('failed');
  });
  test('another host, to which a redirect led, says nothing of this one', () => {
    expect(kindOf({ ...refused, trace: redirected })).toBe('unavailable');
    expect(kindOf({ kind: 'timed-out', stage: 'connect', trace: redirected })).toBe('unavailable');
    expect(kindOf({ kind: 'forbidden', why: 'private-address', trace: redirected })).toBe('unavailable');
  });
});

describe('an oversized robots.txt', () => {
  test('counts up to its last whole line', () => {
    expect(textOf(answered(200, 'allow: /\ndisallow: /sho', true))).toBe('allow: /\n');
    const bytes = Buffer.alloc(mostRobotsBytes + 10, 'a');
    bytes.write('allow: /\r');
    expect(textOf(answered(200, bytes))).toBe('allow: /\r');
  });
  test('without a single whole line has no rules', () => {
    expect(textOf(answered(200, 'disallow: /', true))).toBe('');
  });
});

test('what only this machine met is not told to the fleet', () => {
  const unreachable = (stage: 'dns' | 'connect' | 'tls', reason: string) =>
    isOfHost({ kind: 'unreachable', stage, reason, temporary: true, trace });
  expect(unreachable('connect', 'refused')).toBe(true);
  expect(unreachable('dns', 'no-such-host')).toBe(true);
  expect(unreachable('tls', 'certificate-expired')).toBe(true);
  expect(unreachable('connect', 'network-unreachable')).toBe(false);
  expect(unreachable('connect', 'network-unreachable')).toBe(false);
  expect(unreachable('dns', 'dns-refused')).toBe(false);
  expect(isOfHost({ kind: 'forbidden', why: 'private-address', trace })).toBe(false);
});

test('a robots.txt is asked for with the User-Agent of the run, and nothing of what the run keeps secret', () => {
  const headers = { authorization: 'Bearer secret', cookie: 'a=b', 'user-agent': 'Mine/2' };
  const policy = robotsFetchPolicyOf(settingsWith({ headers, maxRedirects: 0, bodies: 'none', totalTimeoutMs: 3000 }));
  const names = policy.headers.filter((_, i) => i % 2 === 0);
  expect(names.toSorted()).toEqual(['accept', 'accept-encoding', 'user-agent']);
  expect(policy.headers).toContain('Mine/2');
  expect(policy).toMatchObject({ maxRedirects: 5, maxBodyBytes: 512 * 1024, truncates: true, totalTimeoutMs: 3000 });
});
