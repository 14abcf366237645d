import { createPaceMeter } from '@trawl/shared/frontier/overview-pace.ts';
import type { RunOverview } from '@trawl/shared/frontier/overview-run.ts';
import { expect, test } from 'vitest';

const run = (recorded: number, change: Partial<RunOverview> = {}): RunOverview =>
  ({ run: 'r', state: 'draining', paused: false, pushed: 1000, recorded, ...change }) as RunOverview;

/** Looks at a run that has so many outcomes at so many seconds. */
const paceAfter = (looks: [seconds: number, recorded: number][], change: Partial<RunOverview> = {}) => {
  const measure = createPaceMeter();
  return looks.map(([seconds, recorded]) => measure([run(recorded, change)], seconds * 1000).get('r')).at(-1);
};

test('a run that was looked at once has no pace', () => {
  expect(paceAfter([[0, 10]])).toBeUndefined();
});

test('the rate is that of the last seconds, the forecast that of a longer while', () => {
  const looks = Array.from({ length: 21 }, (_, s): [number, number] => [s, s <= 16 ? s * 10 : 160 + (s - 16) * 50]);
  // 50 a second now; 360 outcomes in 20 seconds before that make 18 a second
  expect(paceAfter(looks)).toEqual({ perSecond: 50, etaMs: (640 / 18) * 1000 });
});

test('a run that does not move has no end', () => {
  expect(
    paceAfter([
      [0, 10],
      [1, 10],
    ]),
  ).toEqual({ perSecond: 0 });
});

test.each([{ state: 'feeding' as const }, { state: 'finished' as const }, { paused: true }])(
  'nothing is forecast while %o',
  (change) => {
    expect(
      paceAfter(
        [
          [0, 10],
          [1, 20],
        ],
        change,
      ),
    ).toEqual({ perSecond: 10 });
  },
);

test('when the ledger or the clock goes back, measuring begins again', () => {
  expect(
    paceAfter([
      [0, 10],
      [1, 20],
      [2, 5],
    ]),
  ).toBeUndefined();
  expect(
    paceAfter([
      [5, 10],
      [6, 20],
      [1, 30],
    ]),
  ).toBeUndefined();
  expect(
    paceAfter([
      [0, 10],
      [1, 20],
      [2, 5],
      [3, 7],
    ]),
  ).toMatchObject({ perSecond: 2 });
});

test('a run that is no longer shown is forgotten', () => {
  const measure = createPaceMeter();
  measure([run(10)], 0);
  measure([], 1000);
  expect(measure([run(20)], 2000).get('r')).toBeUndefined();
});
