import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../../apps/worker/src/classify/retry-after.ts';

const nowMs = Date.UTC(1994, 10, 6, 8, 49, 7);
const capMs = 3_600_000;

describe('Retry-After', () => {
  it.each([
    ['30', 30_000, 'seconds'],
    [' 30 ', 30_000, 'seconds with blanks'],
    ['1.5', 1500, 'a fraction'],
    ['0', 1000, 'zero is the least pause'],
    ['0.001', 1000, 'less than the least pause'],
    ['99999999999999999999999', capMs, 'a huge number is the cap'],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000, 'a date'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000, 'a date of RFC 850'],
    ['Sun Nov  6 08:49:37 1994', 30_000, 'a date of asctime'],
    ['sun, 06 nov 1994 08:49:37 gmt', 30_000, 'a date in lower case'],
    ['Sun, 06 Nov 1994 08:49:07 GMT', 1000, 'now'],
    ['Sat, 05 Nov 1994 08:49:37 GMT', 1000, 'a date in the past'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', capMs, 'a date far ahead'],
    ['30, 60', 30_000, 'the first of two'],
    ['0, 60', 1000, 'the first of two, though it is zero'],
    ['-1, 60', 60_000, 'the first of two that is one'],
    [`${'9'.repeat(400)}`, capMs, 'more than a number holds'],
    ['2147483648', capMs, 'more ms than a timer takes'],
    ['soon, 60', 60_000, 'the first valid one'],
    ['Sun, 06 Nov 1994 08:49:37 GMT, 60', 30_000, 'a date before a number'],
    ['x, Sun, 06 Nov 1994 08:49:37 GMT', 30_000, 'a date after nonsense'],
  ])('%j is %i ms: %s', (value, expected) => {
    expect(retryAfterMs(value, nowMs, capMs)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    ',',
    '-5',
    '+5',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    'soon',
    '5 minutes',
    '٣',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 +0200',
  ])('%j is nothing', (value) => {
    expect(retryAfterMs(value, nowMs, capMs)).toBeUndefined();
  });

  it('never exceeds a cap that is below the least pause', () => {
    expect(retryAfterMs('0', nowMs, 50)).toBe(50);
  });

  it('puts a year of two digits within 50 years', () => {
    expect(retryAfterMs('Sunday, 06-Nov-45 08:49:37 GMT', nowMs, capMs)).toBe(1000);
    expect(retryAfterMs('Sunday, 06-Nov-44 08:49:37 GMT', nowMs, capMs)).toBe(capMs);
  });

  it('is within 1 ms and the cap or nothing, for every date, clock and cap', () => {
    const date = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true });
    const forms = [
      (at: Date) => at.toUTCString(),
      (at: Date) => {
        const [, day, month, year, time] = at.toUTCString().split(' ') as [string, string, string, string, string];
        return `Sunday, ${day}-${month}-${year.slice(-2)} ${time} GMT`;
      },
      (at: Date) => {
        const [, day, month, year, time] = at.toUTCString().split(' ') as [string, string, string, string, string];
        return `Sun ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
      },
    ];
    const value = fc.oneof(
      fc.tuple(date, fc.constantFrom(...forms)).map(([at, form]) => form(at)),
      fc.integer().map(String),
      fc.double().map(String),
      fc.bigInt().map(String),
    );
    const values = fc.array(value, { minLength: 1, maxLength: 3 }).map((all) => all.join(', '));
    const isSane = (text: string, now: Date, cap: number): boolean => {
      const ms = retryAfterMs(text, now.getTime(), cap);
      return ms === undefined || (ms >= Math.min(1000, cap) && ms <= cap);
    };
    const caps = fc.integer({ min: 1, max: 3_600_000 });
    expect(() => fc.assert(fc.property(values, date, caps, isSane), { numRuns: 5000 })).not.toThrow();
  });

  it('in each of the three forms of a date is understood', () => {
    const forms = ['Sun, 06 Nov 1994 08:50:07 GMT', 'Sunday, 06-Nov-94 08:50:07 GMT', 'Sun Nov  6 08:50:07 1994'];
    expect(forms.map((form) => retryAfterMs(form, nowMs, capMs))).toEqual([60_000, 60_000, 60_000]);
  });

  it('is a whole number within the limits or nothing, whatever a host sends', () => {
    const piece = fc.constantFrom('1', '9', '.', ',', ' ', '-', 'Sun', 'Nov', ':', 'GMT', '06', '1994', 'e', '\t');
    const value = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    const isSane = (text: string): boolean => {
      const ms = retryAfterMs(text, nowMs, capMs);
      return ms === undefined || (Number.isInteger(ms) && ms >= 1000 && ms <= capMs);
    };
    expect(() => fc.assert(fc.property(value, isSane))).not.toThrow();
  });
});
