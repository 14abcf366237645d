import type { Model } from './frontier-model.ts';

/** Requests a second, 0 = no limit: the strictest wish of the runs that go on. */
export const rateOf = (model: Model): number => {
  const wishes = wishedRates(model).map(([, rate]) => rate);
  return wishes.length === 0 ? 0 : Math.min(...wishes);
};

export const wishedRates = (model: Model): [run: string, rate: number][] =>
  [...model.runs.values()]
    .filter(({ rate, isFinished, isPaused, isCancelled }) => rate > 0 && !isFinished && !isPaused && !isCancelled)
    .map(({ name, rate }) => [name, rate]);

/** A tenth of a second's worth may leave at once. */
const burstOf = (rate: number): number => Math.max(1, rate / 10);

export const fillBucket = (model: Model, rate: number): number => {
  const { bucket, nowMs } = model;
  const earned = ((nowMs - (bucket.atMs ?? nowMs)) * rate) / 1000;
  bucket.tokens = Math.min(burstOf(rate), (bucket.tokens ?? burstOf(rate)) + earned);
  bucket.atMs = nowMs;
  return bucket.tokens;
};

/** However late released URLs begin, their starts keep the rate. */
export const bookStart = (model: Model, rate: number, wishedMs: number): number => {
  const intervalMs = 1000 / rate;
  const dueMs = model.bucket.startAtMs ?? 0;
  const atMs = Math.max(wishedMs, dueMs - (burstOf(rate) - 1) * intervalMs);
  model.bucket.startAtMs = Math.max(dueMs, atMs) + intervalMs;
  return Math.ceil(atMs);
};
