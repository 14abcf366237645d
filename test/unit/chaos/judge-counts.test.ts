import { describe, expect, test } from 'vitest';
import type { DealtRun } from '../../support/chaos/deal-round.ts';
import { judgeCounts } from '../../support/chaos/judges/judge-counts.ts';
import type { Happening } from '../../support/chaos/timeline.ts';

const asked = { host: 'h', path: '/ok', most: 1 };
const run: DealtRun = {
  run: 'r',
  lines: [{ line: 'http://h/ok', class: 'ok', asked }],
  hosts: ['h'],
  settings: { perHost: 1, perHostGapMs: 0, ratePerSecond: 0, attempts: 1 },
};

const judge = (startsMs: number[], happenings: Happening[], leftMs: number[] = startsMs) =>
  judgeCounts(run, {
    hosts: new Map([['h', { startsMs, endsMs: startsMs.map((ms) => ms + 1), paths: startsMs.map(() => '/ok') }]]),
    departures: new Map([['h/ok', leftMs]]),
    happenings,
  }).violations;

const happening = (atMs: number, what: string, about: Record<string, unknown> = { who: 'worker-1' }): Happening => ({
  atMs,
  what,
  about,
});

describe('a URL that was asked again', () => {
  test('without a fault between is one too many', () => {
    expect(judge([1000, 2000], [])).toHaveLength(1);
    expect(judge([1000, 2000], [happening(500, 'SIGSTOP'), happening(2500, 'SIGCONT')])).toHaveLength(1);
    expect(judge([1000, 2000], [happening(1500, 'SIGKILL', { who: 'producer-1' })])).toHaveLength(1);
  });

  test('is explained by the death of a worker that had sent it, also where it arrived after that', () => {
    const death = [happening(1000, 'SIGKILL'), happening(1001, 'ended')];
    expect(judge([1003, 7000], death, [999, 6999])).toEqual([]);
    expect(judge([1003, 7000], death, [1002, 6999])).toHaveLength(1);
  });

  test('is explained by a worker that was told to stop, until it is gone', () => {
    const end = [happening(1000, 'SIGTERM'), happening(1600, 'ended')];
    expect(judge([1100, 2000], end)).toEqual([]);
    expect(judge([1700, 2000], end)).toHaveLength(1);
  });

  test('is explained by a worker that stood still for so long that its locks may have ended', () => {
    const standstill = [happening(500, 'a worker stood still', { forMs: 2000 })];
    expect(judge([1000, 2000], standstill)).toEqual([]);
    expect(judge([1000, 2000, 2100], standstill)).toHaveLength(1);
  });

  test('is explained by a turn that Redis forgot: it was used within 2 s, and the line was released anew', () => {
    const failover = [
      happening(900, 'a replica takes over', {}),
      happening(1000, 'the old one refuses', {}),
      happening(1010, 'the way leads to it', {}),
    ];
    expect(judge([1020, 1140], failover)).toEqual([]);
    expect(judge([3100, 3200], failover)).toHaveLength(1);
  });

  test('is explained once by each second of a fault that lasts', () => {
    const storm = [happening(1000, 'network: storm', { app: 'worker', forMs: 2000 })];
    expect(judge([1100, 1200], storm)).toEqual([]);
    expect(judge([1100, 1200, 1300], storm)).toHaveLength(1);
    expect(judge([1100, 1200, 2100], storm)).toEqual([]);
  });
});
