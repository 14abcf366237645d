import { emptyTrace, type FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { describe, expect, it } from 'vitest';
import { classify } from '../../../../apps/worker/src/classify/classify.ts';

const trace = emptyTrace('http://a.example/');
const answered = (status: number, headers: Record<string, string> = {}): FetchOutcome => ({
  kind: 'answered',
  status,
  headers,
  body: { kept: new Uint8Array(), truncated: false, sha256: '' },
  trace,
});
const nowMs = Date.UTC(2030, 0, 1);
const limits = { nowMs, retryAfterCapMs: 600_000 };
const onFirst = (outcome: FetchOutcome) => classify(outcome, { number: 1, most: 4 }, limits);
const onLast = (outcome: FetchOutcome) => classify(outcome, { number: 4, most: 4 }, limits);

describe('an answer', () => {
  it.each([200, 201, 204, 206, 299])('of %i is stored as ok', (status) => {
    expect(onFirst(answered(status))).toEqual({ next: 'store', class: 'ok', reason: `status-${status}` });
  });

  it('of 304 is stored as not-modified, where the request knew a version', () => {
    const stored = { next: 'store', class: 'not-modified', reason: 'status-304' };
    expect(onFirst({ ...answered(304), sentValidators: true } as FetchOutcome)).toEqual(stored);
    expect(onFirst(answered(304))).toEqual({ next: 'give-up', class: 'http-error', reason: 'status-304' });
  });

  it.each([408, 425, 500, 502, 504, 520, 522, 529])(
    'of %i is tried again, and given up on the last attempt',
    (status) => {
      const reason = `status-${status}`;
      expect(onFirst(answered(status))).toEqual({ next: 'retry', class: 'http-error', reason, penalize: false });
      expect(onLast(answered(status))).toEqual({ next: 'give-up', class: 'http-error', reason });
    },
  );

  it.each([300, 302, 305, 400, 401, 403, 404, 410, 418, 451, 501, 505, 511, 530, 599, 999])(
    'of %i is given up',
    (status) => {
      expect(onFirst(answered(status))).toEqual({ next: 'give-up', class: 'http-error', reason: `status-${status}` });
    },
  );

  it('of 429 defers the host and never costs an attempt', () => {
    expect(onFirst(answered(429))).toEqual({ next: 'defer', reason: 'status-429' });
    expect(onLast(answered(429))).toEqual({ next: 'defer', reason: 'status-429' });
    expect(onLast(answered(429, { 'retry-after': 'soon' }))).toEqual({ next: 'defer', reason: 'status-429' });
  });

  it.each([429, 503])('of %i with Retry-After defers the host for that long, on the last attempt too', (status) => {
    const outcome = answered(status, { 'retry-after': '7' });
    expect(onFirst(outcome)).toEqual({ next: 'defer', reason: `status-${status}`, blockMs: 7000 });
    expect(onLast(outcome)).toEqual(onFirst(outcome));
  });

  it('of 503 without a valid Retry-After is tried again and earns the host a pause', () => {
    const verdict = { next: 'retry', class: 'http-error', reason: 'status-503', penalize: true };
    expect(onFirst(answered(503))).toEqual(verdict);
    expect(onFirst(answered(503, { 'retry-after': '-1' }))).toEqual(verdict);
    expect(onLast(answered(503))).toEqual({ next: 'give-up', class: 'http-error', reason: 'status-503' });
  });

  it('caps what the host asks for', () => {
    expect(onFirst(answered(429, { 'retry-after': '86400' }))).toMatchObject({ blockMs: 600_000 });
  });

  it("measures a date against the host's own clock where the answer shows it", () => {
    const asked = { 'retry-after': 'Tue, 01 Jan 2030 05:00:30 GMT' };
    expect(onFirst(answered(503, { ...asked, date: 'Tue, 01 Jan 2030 05:00:00 GMT' }))).toMatchObject({
      blockMs: 30_000,
    });
    expect(onFirst(answered(503, { ...asked, date: 'today' }))).toMatchObject({ blockMs: 600_000 });
  });

  it('of another status is not deferred by Retry-After', () => {
    expect(onFirst(answered(404, { 'retry-after': '7' }))).toMatchObject({ next: 'give-up' });
  });
});

describe('no answer', () => {
  it.each(['connect', 'headers', 'body', 'total'] as const)('in time (%s) is tried again', (stage) => {
    const outcome: FetchOutcome = { kind: 'timed-out', stage, trace };
    expect(onFirst(outcome)).toEqual({ next: 'retry', class: 'timed-out', reason: stage, penalize: false });
    expect(onLast(outcome)).toEqual({ next: 'give-up', class: 'timed-out', reason: stage });
  });

  it.each(['reset', 'bad-encoding', 'malformed-response', 'too-many-interim', 'unasked-upgrade'] as const)(
    'to its end (%s) is tried again',
    (why) => {
      const outcome: FetchOutcome = { kind: 'cut-short', why, trace };
      expect(onFirst(outcome)).toEqual({ next: 'retry', class: 'cut-short', reason: why, penalize: false });
      expect(onLast(outcome)).toEqual({ next: 'give-up', class: 'cut-short', reason: why });
    },
  );

  it.each(['too-large', 'head-too-large'] as const)('that fits the caps (%s) is given up', (why) => {
    const outcome: FetchOutcome = { kind: 'cut-short', why, status: 200, trace };
    expect(onFirst(outcome)).toEqual({ next: 'give-up', class: 'cut-short', reason: why });
  });

  it('to what cannot be asked is given up', () => {
    expect(onFirst({ kind: 'unsendable', trace })).toEqual({ next: 'give-up', class: 'invalid', reason: 'unsendable' });
  });

  it('from a host that is not there is tried again only where that may pass', () => {
    const unreachable = { kind: 'unreachable', stage: 'dns', trace } as const;
    expect(onFirst({ ...unreachable, reason: 'dns-failed', temporary: true })).toMatchObject({ next: 'retry' });
    expect(onLast({ ...unreachable, reason: 'dns-failed', temporary: true })).toEqual({
      next: 'give-up',
      class: 'unreachable',
      reason: 'dns-failed',
    });
    expect(onFirst({ ...unreachable, reason: 'no-such-host', temporary: false })).toEqual({
      next: 'give-up',
      class: 'unreachable',
      reason: 'no-such-host',
    });
  });

  it.each([
    'robots',
    'private-address',
    'redirect-limit',
    'redirect-loop',
    'redirect-scheme',
    'redirect-invalid',
  ] as const)('because it is forbidden (%s) is given up', (why) => {
    const verdict = { next: 'give-up', class: 'forbidden', reason: why };
    expect(onFirst({ kind: 'forbidden', why, trace })).toEqual(verdict);
  });

  it('because its robots.txt cannot be had is tried again, and forbidden in the end', () => {
    const outcome = { kind: 'forbidden', why: 'robots-unavailable', trace } as const;
    // Not before the file is asked for again.
    expect(onFirst(outcome)).toMatchObject({ next: 'retry', class: 'forbidden', leastMs: 2000 });
    expect(onLast(outcome)).toEqual({ next: 'give-up', class: 'forbidden', reason: 'robots-unavailable' });
  });

  it('because nothing was decided costs no attempt', () => {
    for (const why of [
      'stopping',
      'hop-must-wait',
      'memory-full',
      'no-network',
      'machine-full',
      'robots-first',
      'turn-passed',
    ] as const)
      expect(onLast({ kind: 'interrupted', why, trace })).toMatchObject({ next: 'defer', blockMs: 1 });
  });
});
