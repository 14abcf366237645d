import { encodeLine } from '@trawl/shared/domain/frontier-line.ts';
import { expect, test } from 'vitest';
import { fetchJobFields, fetchJobName } from '../../../apps/board/src/bull-board/fetch-job-fields.ts';
import { firingJobName } from '../../../apps/board/src/bull-board/firing-job-fields.ts';

const dataWith = (change: Partial<Parameters<typeof encodeLine>[0]> = {}) => ({
  v: 1,
  run: 'shops-1',
  host: 'shop.example:8080',
  releasedAtMs: Date.UTC(2026, 0, 2),
  turnHeld: true,
  record: encodeLine({
    seq: 16,
    release: 2,
    line: 17,
    attempts: 1,
    deferredSinceMs: 0,
    url: 'http://shop.example:8080/x',
    ...change,
  }),
});

test('a job is named by host, run, number and the try that it is on', () => {
  expect(fetchJobName({ name: 'url', data: dataWith(), attemptsMade: 1 })).toBe(
    'shop.example:8080 · shops-1 · seq 16 · attempt 3',
  );
});

test('its data are shown in words', () => {
  expect(fetchJobFields(dataWith({ deferredSinceMs: Date.UTC(2026, 0, 1) }))).toEqual({
    host: 'shop.example:8080',
    run: 'shops-1',
    seq: 16,
    line: 17,
    url: 'http://shop.example:8080/x',
    deferredSince: '2026-01-01T00:00:00.000Z',
    attemptsBefore: 1,
    releases: 3,
    releasedAt: '2026-01-02T00:00:00.000Z',
  });
});

test('headers and bodies of a request are not shown: they may carry credentials', () => {
  const overrides = { method: 'POST', headers: { authorization: 'Bearer s3cret' }, body: 's3cret' };
  const shown = fetchJobFields(dataWith({ overrides }));
  expect(shown).toMatchObject({ method: 'POST', headers: ['authorization'], hasBody: true });
  expect(JSON.stringify(shown)).not.toContain('s3cret');
});

test.each([undefined, null, 'text', { v: 99, run: 'r' }, { ...dataWith(), record: 'no line' }])(
  'what Trawl did not write is shown as it is: %o',
  (data) => {
    expect(fetchJobFields(data)).toBe(data);
    expect(fetchJobName({ name: 'somebody', data })).toBe('somebody');
  },
);

test.each([
  [{ id: 'repeat:shops:1767323045000', data: { v: 1, crawl: 'shops' } }, 'shops · 2026-01-02T03:04:05.000Z'],
  [{ id: 'late-shops', data: { v: 1, crawl: 'shops', slotMs: 0 } }, 'shops · 1970-01-01T00:00:00.000Z'],
  [{ id: 'other', data: { v: 1, crawl: 'shops' } }, 'shops'],
  [{ id: 'other', name: 'fire', data: {} }, 'fire'],
])('a firing %o is named %s', (job, name) => {
  expect(firingJobName(job)).toBe(name);
});
