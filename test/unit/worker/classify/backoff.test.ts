import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../apps/worker/src/classify/backoff.ts';

const longest = () => 1 - Number.EPSILON;
const backoff = { baseMs: 1000, capMs: 60_000 };

describe('the backoff', () => {
  it('doubles its longest wait with every attempt, up to the cap', () => {
    const waits = [1, 2, 3, 6, 7, 5000].map((attempt) => backoffMs({ ...backoff, attempt, random: longest }));
    expect(waits).toEqual([999, 1999, 3999, 31_999, 59_999, 59_999]);
  });

  it('spreads over the whole range', () => {
    expect(backoffMs({ ...backoff, attempt: 3, random: () => 0.5 })).toBe(2000);
    expect(backoffMs({ ...backoff, attempt: 3, random: () => 0 })).toBe(1);
  });

  it('waits at least 1 ms', () => {
    expect(backoffMs({ attempt: 1, baseMs: 1, capMs: 1, random: longest })).toBe(1);
  });
});
