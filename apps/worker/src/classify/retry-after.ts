import { httpDateMs } from './http-date.ts';

/**
 * `Retry-After: 0` and a date in the past say "now", but a host that refuses and says so must not be asked in a tight circle:
 * such a refusal costs the URL no attempt.
 */
const leastMs = 1000;

/**
 * How long a host asked to be left alone, between 1 s (or the cap, where that is less) and `capMs`.
 * Of several values (a header sent twice arrives joined by commas) the first valid one counts; undefined when none is.
 * @param value seconds (a fraction is rounded up), or an HTTP date in one of its three forms
 * @param nowMs what the date is measured against
 */
export const retryAfterMs = (value: string, nowMs: number, capMs: number): number | undefined => {
  const parts = value.split(',').map((part) => part.trim());
  for (const [i, part] of parts.entries()) {
    // A date of the usual forms contains one comma itself.
    const askedMs = secondsMs(part) ?? dateMs(part, nowMs) ?? dateMs(`${part}, ${parts[i + 1] ?? ''}`, nowMs);
    if (askedMs !== undefined) return Math.min(Math.max(askedMs, leastMs), capMs);
  }
  return undefined;
};

const secondsMs = (text: string): number | undefined =>
  /^\d+(\.\d*)?$/.test(text) ? Math.ceil(Number(text) * 1000) : undefined;

const dateMs = (text: string, nowMs: number): number | undefined => {
  const atMs = httpDateMs(text, nowMs);
  return atMs === undefined ? undefined : atMs - nowMs;
};
