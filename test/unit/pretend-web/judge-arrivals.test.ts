import { describe, expect, it } from 'vitest';
import {
  gapsMs,
  leastGapMs,
  mostAtOnce,
  mostStartsWithin,
  shortGapsMs,
} from '../../support/pretend-web/judge-arrivals.ts';

describe('mostAtOnce', () => {
  it('is zero for a host that was never asked', () => {
    expect(mostAtOnce({ startsMs: [], endsMs: [] })).toBe(0);
  });

  it('counts requests that overlap', () => {
    expect(mostAtOnce({ startsMs: [0, 5, 8, 30], endsMs: [10, 20, 9, 40] })).toBe(3);
  });

  it('does not count a request that begins in the instant another ends', () => {
    expect(mostAtOnce({ startsMs: [0, 10, 20], endsMs: [10, 20, 30] })).toBe(1);
  });

  it('counts a request without an end as in flight for ever', () => {
    expect(mostAtOnce({ startsMs: [0, 100, 200], endsMs: [Number.NaN, 110, 210] })).toBe(2);
  });

  it('does not mind ends that come out of order', () => {
    expect(mostAtOnce({ startsMs: [0, 1, 60], endsMs: [100, 50, 70] })).toBe(2);
  });
});

describe('gaps', () => {
  it('lie between neighbours in time, however they were noted', () => {
    expect(gapsMs([30, 0, 10])).toEqual([10, 20]);
    expect(leastGapMs([30, 0, 10])).toBe(10);
  });

  it('are short where a start comes too soon, or all of them do', () => {
    const granted = { gapMs: 100, lateMs: 30 };
    expect(shortGapsMs([], granted)).toEqual([]);
    expect(shortGapsMs([0, 100, 200, 300], granted)).toEqual([]);
    expect(shortGapsMs([30, 100, 200, 300], granted)).toEqual([]);
    expect(shortGapsMs([0, 140, 200, 300], granted)).toEqual([60]);
    expect(shortGapsMs([0, 80, 160, 240], granted)).toEqual([80]);
  });

  it('do not exist for a single start', () => {
    expect(gapsMs([7])).toEqual([]);
    expect(leastGapMs([7])).toBeUndefined();
  });
});

describe('mostStartsWithin', () => {
  it('finds the fullest window wherever it lies', () => {
    expect(mostStartsWithin([0, 900, 950, 1000, 1899, 3000], 1000)).toBe(4);
  });

  it('treats the window as open at its end: starts exactly one window apart do not share it', () => {
    expect(mostStartsWithin([0, 1000, 2000], 1000)).toBe(1);
  });
});
