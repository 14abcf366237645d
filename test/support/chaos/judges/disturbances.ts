import type { Happening } from '../timeline.ts';
import { type ForgetfulTime, forgetfulTimes } from './forgetful-times.ts';

/** Times at which an execution could end before its outcome was recorded: the beginnings of all in order, and their ends in order. */
export type Disturbances = { begins: Float64Array; ends: Float64Array };

/**
 * What was done to a worker, to its way to Redis, to Redis, or by hand to its jobs, each counted once. What lasts counts once a second, the end of
 * a process once, from the signal until it is gone, and once each time that a worker stood still for so long that its locks may have ended.
 */
export const disturbancesOf = (happenings: readonly Happening[]): Disturbances => {
  const times = [
    ...happenings.flatMap((each, i) => (endsExecutions(each) ? timesOf(each, happenings.slice(i + 1)) : [])),
    ...forgetfulTimes(happenings).flatMap(forgottenIn),
  ];
  return {
    begins: Float64Array.from(times.map(({ fromMs }) => fromMs)).sort(),
    ends: Float64Array.from(times.map(({ toMs }) => toMs)).sort(),
  };
};

/** How many of them an execution can have met that lived within this time. */
export const countDuring = ({ begins, ends }: Disturbances, fromMs: number, toMs: number): number =>
  firstAbove(begins, toMs) - firstAtLeast(ends, fromMs);

type Time = { fromMs: number; toMs: number };

const timesOf = ({ what, about, atMs }: Happening, later: readonly Happening[]): Time[] => {
  if (what === 'jobs handled by hand') return withAllTries({ fromMs: atMs, toMs: atMs });
  if (what === 'a worker stood still') return [{ fromMs: atMs, toMs: atMs + Number(about['forMs']) }];
  if (what === 'SIGKILL' || what === 'SIGTERM')
    return [{ fromMs: atMs, toMs: endOfProcess(about['who'], later) ?? atMs }];
  const lastsMs = Number(about['forMs'] ?? (what === 'network: half-closed' ? noticedAfterMs : 0));
  const seconds = Math.ceil(lastsMs / 1000);
  return Array.from({ length: 1 + seconds }, (_, i) => ({
    fromMs: atMs + i * 1000,
    toMs: atMs + (i < seconds ? i + 1 : i) * 1000,
  }));
};

/** Who holds a turn that Redis does not know of any more begins all the same, and the line is released anew. */
const forgottenIn = ({ untilMs, againMs }: ForgetfulTime): Time[] =>
  withAllTries({ fromMs: Math.min(untilMs, againMs), toMs: Math.max(untilMs, againMs) });

/** What a hand removes, or Redis forgets, begins again with all of them. */
const withAllTries = (time: Time): Time[] => Array.from({ length: triesOfLine }, () => time);

/** It goes on until it is told to die, and what it put on its way before reaches others until its connections are gone. */
const endOfProcess = (who: unknown, later: readonly Happening[]): number | undefined =>
  later.find(({ what, about }) => about['who'] === who && /^(ended|found no Redis)/.test(what))?.atMs;

const triesOfLine = 3;

/** A connection without an answer is made anew then. */
const noticedAfterMs = 20_000;

const ofRedis: ReadonlySet<string> = new Set([
  'redis killed',
  'redis is back',
  'redis sleeps',
  'redis is full',
  'disk of redis is full',
  'disk of the data directory is full',
  'data directory may not be written',
  'client kill storm',
  'a replica takes over',
  'the way leads to it',
  'jobs handled by hand',
  'Sentinel fails over',
  'Sentinel has failed over',
  'the old master follows',
]);

const ofProcesses: ReadonlySet<string> = new Set([
  'SIGKILL',
  'SIGTERM',
  'SIGSTOP',
  'SIGCONT',
  'ended by itself',
  'at a commit point',
  'clock is off',
  'no descriptors left',
]);

const endsExecutions = ({ what, about }: Happening): boolean => {
  if (ofRedis.has(what) || what === 'a worker stood still') return true;
  if (what.startsWith('network: ')) return about['app'] === 'worker' || about['app'] === 'all';
  return ofProcesses.has(what) && String(about['who'] ?? about['app']).startsWith('worker');
};

/** Between the two, Redis could not be reached by the process, or refused: who begins then finds none. */
export const wasWithoutRedis = (
  happenings: readonly Happening[],
  { who, fromMs, toMs }: { who: string; fromMs: number; toMs: number },
): boolean =>
  happenings.some(({ what, about, atMs }, i) => {
    const isNetwork = what.startsWith('network: ') && what !== wellAgain;
    const isOthers = isNetwork && about['app'] !== 'all' && !who.startsWith(String(about['app']));
    if (isOthers || !(isNetwork || ofRedis.has(what))) return false;
    const over = happenings.slice(i + 1).find((later) => later.what === (isNetwork ? wellAgain : endOf[what]));
    return atMs <= toMs && (over?.atMs ?? atMs) >= fromMs;
  });

const wellAgain = 'network: well again';
const endOf: Partial<Record<string, string>> = {
  'redis killed': 'redis is back',
  'redis sleeps': 'redis is back',
  'redis is full': 'redis has room',
  'disk of redis is full': 'disk of redis has room',
  'client kill storm': 'client kill storm over',
  'a replica takes over': 'the way leads to it',
  'Sentinel fails over': 'Sentinel has failed over',
};

const firstAbove = (sorted: Float64Array, limit: number): number => firstThat(sorted, (each) => each > limit);
const firstAtLeast = (sorted: Float64Array, limit: number): number => firstThat(sorted, (each) => each >= limit);

function firstThat(sorted: Float64Array, holds: (each: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
