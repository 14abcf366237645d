import type { ScheduleLook } from '@trawl/shared/frontier/look-at-schedules.ts';
import type { FleetOverview } from '@trawl/shared/frontier/overview.ts';
import type { RunOverview } from '@trawl/shared/frontier/overview-run.ts';
import type { FleetNews } from '@trawl/shared/frontier/overview-watch.ts';
import { expect, test } from 'vitest';
import { html } from '../../../apps/board/src/fleet-page/html.ts';
import { changedParts, pageParts } from '../../../apps/board/src/fleet-page/page-parts.ts';

const run = (change: Partial<RunOverview> = {}): RunOverview => ({
  run: 'r',
  state: 'draining',
  standing: 'draining',
  createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  paused: false,
  waiting: 0,
  pushed: 1000,
  recorded: 250,
  released: 0,
  uncollected: 0,
  classes: { ok: 200, 'http-error': 50 },
  source: '/lists/urls.txt',
  ...change,
});

const overview = (change: Partial<FleetOverview> = {}): FleetOverview => ({
  nowMs: 0,
  runs: [run()],
  runCount: 1,
  frontier: { lines: 0, bytes: 0, hostsDue: 0, hostsLater: 0, hostsParked: 0, released: 0, lagBytes: 0 },
  fetchQueue: { waiting: 0, active: 0, delayed: 0, paused: false },
  schedules: [],
  members: [],
  ...change,
});

const seen = (change: Partial<FleetOverview> = {}, pace = new Map()): FleetNews & { kind: 'seen' } => ({
  kind: 'seen',
  overview: overview(change),
  pace,
});
const partsOf = (change: Partial<FleetOverview> = {}, token?: string) => pageParts(seen(change), token);
const textOf = (markup: string | undefined) =>
  (markup ?? '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
const runText = (change: Partial<RunOverview>) => textOf(partsOf({ runs: [run(change)] }).runs);

test('what is put into a template is text, unless it is HTML', () => {
  const nested = html`<b>${'<i>'}</b>`;
  expect(html`<p title="${`"'&`}">${nested}${undefined}${[nested, nested]}${0}</p>`.markup).toBe(
    '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b><b>&lt;i&gt;</b>0</p>',
  );
});

test('a run is shown with its progress, classes and source', () => {
  expect(runText({})).toBe(
    'r draining /lists/urls.txt · begun 2026-01-02 03:04:05 250 of 1,000 (25.0 %) rate … 200 ok 50 http-error',
  );
});

test('a run whose source is still read has no share and no forecast', () => {
  expect(runText({ state: 'feeding', standing: 'feeding' })).toContain('250 of 1,000 read so far rate');
});

test('a run that a schedule started names its crawl, and one whose source failed says why', () => {
  expect(runText({ crawl: 'shops', slotMs: 1 })).toContain('crawl shops , scheduled');
  expect(runText({ problem: 'no such file' })).toContain('The source could not be read to its end: no such file');
});

test('a pace gives rate and time left', () => {
  const pace = new Map([['r', { perSecond: 12.3, etaMs: 61_000 }]]);
  expect(textOf(pageParts(seen({}, pace), undefined).runs)).toContain('rate 12/s left 1 min 01 s');
});

const formsOf = (standing: RunOverview['standing'], token?: string) =>
  [...partsOf({ runs: [run({ standing })] }, token).runs.matchAll(/action="([^"]+)"/g)].map(([, action]) => action);

test('an operator has the buttons that make sense, a viewer none', () => {
  expect(formsOf('draining', 'token')).toEqual(['/api/runs/r/pause', '/api/runs/r/cancel']);
  expect(formsOf('paused', 'token')).toEqual(['/api/runs/r/resume', '/api/runs/r/cancel']);
  for (const standing of ['cancelling', 'cancelled', 'writing', 'finished'] as const)
    expect(formsOf(standing, 'token')).toEqual([]);
  expect(formsOf('draining')).toEqual([]);
});

test('nothing changes when nothing has changed', () => {
  expect(changedParts(partsOf(), partsOf())).toEqual({});
});

test('a run that goes on changes its figures, and not the buttons that somebody may be about to click', () => {
  const changed = changedParts(partsOf({}, 'token'), partsOf({ runs: [run({ recorded: 251 })] }, 'token'));
  expect(Object.keys(changed)).toEqual(['figures:r']);
});

test('a run that is paused changes its buttons, a new run the whole list', () => {
  const paused = partsOf({ runs: [run({ standing: 'paused', paused: true })] }, 'token');
  expect(Object.keys(changedParts(partsOf({}, 'token'), paused)).sort()).toEqual([
    'actions:r',
    'figures:r',
    'standing:r',
  ]);
  const two = partsOf({ runs: [run({ run: 'new' }), run()], runCount: 2 });
  expect(Object.keys(changedParts(partsOf(), two)).sort()).toEqual(['run-count', 'runs']);
});

test('without Redis the page shows what was seen last, or says that there is nothing', () => {
  const away = pageParts({ kind: 'away', reason: 'not connected', last: seen() }, undefined);
  expect(textOf(away.sections.get('notices'))).toContain('Redis does not answer. What you see is what was seen last.');
  expect(away.runs).toContain('aria-label="run r"');
  const never = pageParts({ kind: 'away', reason: 'not connected' }, undefined);
  expect(textOf(never.sections.get('notices'))).toContain('Nothing can be shown until it is back.');
});

test('a paused queue and missing workers are pointed out', () => {
  const notices = (change: Partial<FleetOverview>) => textOf(partsOf(change).sections.get('notices'));
  expect(notices({})).toBe('');
  expect(notices({ fetchQueue: { waiting: 1, active: 0, delayed: 0, paused: true } })).toContain(
    'The queue fetch is paused',
  );
  const { frontier } = overview();
  expect(notices({ frontier: { ...frontier, lines: 5 } })).toContain('no worker');
  expect(notices({ frontier: { ...frontier, lines: 5 }, members: [{ id: 'w', app: 'worker' }] })).toBe('');
});

test('schedules show when they fire, what came of the last time, and how often they were skipped', () => {
  const schedule: ScheduleLook['schedule'] = {
    crawl: 'shops',
    timing: { kind: 'every', everyMs: 900_000, anchorMs: 0 },
    jitterMs: 0,
    overlap: 'skip',
    sinceMs: 0,
    paused: false,
  };
  const state = { fired: 7, skipped: 2, queued: 0, lastFiring: { slotMs: 0, what: 'started shops@0' } };
  const lastResult = { run: 'shops@0', state: 'finished', lines: 9, ok: 8, failed: 1, isCancelled: false } as const;
  const text = (change: Partial<ScheduleLook>) =>
    textOf(partsOf({ schedules: [{ schedule, state, nextAtMs: 900_000, ...change }] }).sections.get('schedules'));
  expect(text({})).toContain('shops every 15m 1970-01-01 00:15:00 1970-01-01 00:00:00 started shops@0 7 2');
  expect(text({ lastResult })).toContain('started shops@0 · last run: 8 ok, 1 failed 7 2');
  expect(text({ schedule: { ...schedule, paused: true } })).toContain('paused');
  expect(text({ state: { ...state, ended: 'limit' } })).toContain('ended: its limit is reached');
  const nightly = { kind: 'pattern', pattern: '0 6 * * *', tz: 'Europe/Berlin' } as const;
  expect(text({ schedule: { ...schedule, timing: nightly } })).toContain('0 6 * * * (Europe/Berlin)');
});

test('processes stand in the order of a URL on its way', () => {
  const members = ['board', 'worker', 'producer', 'collector', 'worker'].map((app, i) => ({ app, id: `machine-${i}` }));
  const text = textOf(partsOf({ members }).sections.get('processes'));
  expect(text.match(/machine-\d/g)).toEqual(['machine-2', 'machine-1', 'machine-4', 'machine-3', 'machine-0']);
});
