import type { FetchedBody, FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import { describe, expect, it } from 'vitest';
import { type RecordInput, recordOf, recordPolicyOf } from '../../../../apps/worker/src/extract/extract.ts';

const trace = {
  finalUrl: 'http://a.example/final',
  redirects: [{ status: 301, url: 'http://a.example/' }],
  wireBytes: 20,
  bodyBytes: 30,
  timings: { dnsMs: 1.04, connectMs: 2.06, ttfbMs: 3, totalMs: 12.345 },
};
const answered = (
  contentType: string | undefined,
  bytes: Uint8Array | string,
  body: Partial<FetchedBody> = {},
): FetchOutcome => ({
  kind: 'answered',
  status: 200,
  headers: { ...(contentType !== undefined && { 'content-type': contentType }), etag: '"1"', 'x-other': '2' },
  body: { kept: Buffer.from(bytes), truncated: false, sha256: 'abc', ...body },
  trace,
});
const input = (outcome: FetchOutcome | undefined, changes: Partial<RecordInput> = {}): RecordInput => ({
  run: 'r1',
  host: 'a.example',
  line: { seq: 4, release: 2, line: 6, attempts: 1, deferredSinceMs: 0, url: 'http://a.example/' },
  outcome,
  verdict: { class: 'ok', reason: 'status-200' },
  attempts: 2,
  queuedMs: 5,
  at: '2030-01-01T00:00:00.000Z',
  policy: recordPolicyOf({ keepHeaders: ['ETag', 'date'], bodies: 'inline' }),
  ...changes,
});
const read = (json: string) => JSON.parse(json) as OutcomeRecord;
const bodyOf = (contentType: string | undefined, bytes: Uint8Array | string, body: Partial<FetchedBody> = {}) =>
  read(recordOf(input(answered(contentType, bytes, body))).json).body;

describe('a record', () => {
  it('of an answer says how it came about', () => {
    expect(read(recordOf(input(answered('text/plain', 'hello'))).json)).toEqual({
      run: 'r1',
      seq: 4,
      line: 6,
      url: 'http://a.example/',
      class: 'ok',
      reason: 'status-200',
      attempts: 2,
      at: '2030-01-01T00:00:00.000Z',
      status: 200,
      finalUrl: 'http://a.example/final',
      redirects: [{ status: 301, url: 'http://a.example/' }],
      timings: { queuedMs: 5, dnsMs: 1, connectMs: 2.1, ttfbMs: 3, totalMs: 12.3 },
      wireBytes: 20,
      bodyBytes: 30,
      contentType: 'text/plain',
      sha256: 'abc',
      headers: { etag: '"1"' },
      body: 'hello',
    });
  });

  it('has a summary for the report', () => {
    expect(recordOf(input(answered('text/plain', 'hello'))).summary).toEqual({
      seq: 4,
      class: 'ok',
      reason: 'status-200',
      status: 200,
      attempts: 2,
      totalMs: 12.345,
      wireBytes: 20,
      host: 'a.example',
    });
  });

  it('of a failure has no body and no status where none came', () => {
    const verdict = { class: 'timed-out', reason: 'headers' } as const;
    const { json, summary } = recordOf(input({ kind: 'timed-out', stage: 'headers', trace }, { verdict }));
    expect(read(json)).toMatchObject({ class: 'timed-out', reason: 'headers', finalUrl: trace.finalUrl });
    expect(read(json)).not.toHaveProperty('status');
    expect(read(json)).not.toHaveProperty('body');
    expect(summary.status).toBe(0);
  });

  it('of a failure after the head has its status', () => {
    const verdict = { class: 'cut-short', reason: 'reset' } as const;
    const outcome: FetchOutcome = { kind: 'cut-short', why: 'reset', status: 200, trace };
    expect(read(recordOf(input(outcome, { verdict })).json).status).toBe(200);
  });

  it('of a line that was never fetched has what the line says', () => {
    const verdict = { class: 'crashed', reason: 'workers-died' } as const;
    const { json, summary } = recordOf(input(undefined, { verdict }));
    expect(Object.keys(read(json))).toEqual(['run', 'seq', 'line', 'url', 'class', 'reason', 'attempts', 'at']);
    expect(summary).toMatchObject({ status: 0, totalMs: 0, wireBytes: 0 });
  });

  it('keeps headers whatever they are called', () => {
    const outcome = answered('text/plain', '') as Extract<FetchOutcome, { kind: 'answered' }>;
    const headers = { ...outcome.headers, ['__proto__']: 'p', constructor: 'c' };
    const policy = recordPolicyOf({ keepHeaders: ['__proto__', 'constructor', 'toString'], bodies: 'none' });
    const kept = read(recordOf(input({ ...outcome, headers }, { policy })).json).headers;
    expect(Object.entries(kept ?? {})).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });

  it('is one line', () => {
    const { json } = recordOf(input(answered('application/json', '{\r\n "a":\n"\\n"\r}')));
    expect(json).not.toMatch(/[\r\n]/);
    expect(read(json).body).toEqual({ a: '\n' });
  });
});

describe('a JSON body', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'application/problem+json', 'TEXT/JSON'])(
    'of type %s is a value of the record',
    (type) => {
      expect(bodyOf(type, '{"a":[1,null]}')).toEqual({ a: [1, null] });
    },
  );

  it('is kept to the letter', () => {
    const text = '{"id":12345678901234567890.10, "a":1, "a":2, "u":"\\u00e4"}';
    expect(recordOf(input(answered('application/json', text))).json).toContain(`"body":${text}`);
  });

  it.each([
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":null}',
    '{"\\u0000":"\\u0000","a\\u0000b":1}',
    '{"n":1e999,"m":-0,"a":1,"a":2}',
  ])('of %s is data, and nothing but data', (text) => {
    const { json } = recordOf(input(answered('application/json', text)));
    expect(json).toContain(`"body":${text}`);
    expect(Object.keys(read(json).body as object)).toEqual(Object.keys(JSON.parse(text) as object));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('loses a byte order mark', () => {
    expect(bodyOf('application/json', '\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it.each(['', '{"a":', "{'a':1}", 'NaN', '{"a":1} x', '"\u0001"'])('that is none (%j) is text', (text) => {
    expect(bodyOf('application/json', text)).toBe(text);
  });

  it.each(['true', '0', 'null', '"x"', '[]'])('may be %s', (text) => {
    expect(bodyOf('application/json', text)).toEqual(JSON.parse(text));
  });

  it('that was cut is text and says so, even where it would parse', () => {
    const { json } = recordOf(input(answered('application/json', '12', { truncated: true })));
    expect(read(json)).toMatchObject({ body: '12', bodyTruncated: true });
  });

  it('survives deep nesting', () => {
    const text = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(recordOf(input(answered('application/json', text))).json).toContain(text);
  });

  it('keeps lone surrogates as it wrote them', () => {
    const { json } = recordOf(input(answered('application/json', '"\\ud800"')));
    expect(json).toContain('"body":"\\ud800"');
    expect(json.isWellFormed()).toBe(true);
  });
});

describe('another body', () => {
  it.each([
    'text/html',
    'text/css',
    'application/javascript',
    'application/xml',
    'image/svg+xml',
    'application/rss+xml',
  ])('of type %s is text', (type) => {
    expect(bodyOf(type, '<a>käse</a>')).toBe('<a>käse</a>');
  });

  it.each(['image/png', 'application/octet-stream', 'application/pdf', undefined, ''])(
    'of type %s is left out',
    (type) => {
      expect(bodyOf(type, 'x')).toBeUndefined();
    },
  );

  it('is decoded by the charset of its header', () => {
    expect(bodyOf('text/html;charset="ISO-8859-1"', Buffer.from('käse', 'latin1'))).toBe('käse');
    expect(bodyOf("text/html; Charset='windows-1251'; x=y", Buffer.from([0xca]))).toBe('К');
  });

  it('that was cut says so', () => {
    expect(read(recordOf(input(answered('text/html', 'abc', { truncated: true }))).json).bodyTruncated).toBe(true);
  });

  it('is left out where the crawl keeps none, or keeps files', () => {
    const withBodies = (bodies: 'none' | 'files', body: Partial<FetchedBody>) => {
      const policy = recordPolicyOf({ keepHeaders: [], bodies });
      return read(recordOf(input(answered('text/html', '', body), { policy })).json);
    };
    expect(withBodies('none', { truncated: true })).not.toHaveProperty('body');
    expect(withBodies('none', { truncated: true })).not.toHaveProperty('bodyTruncated');
    const stored = withBodies('files', { truncated: true, file: 'ab/cd/abcd' });
    expect(stored).toMatchObject({ bodyFile: 'ab/cd/abcd' });
    expect(stored).not.toHaveProperty('body');
  });
});
