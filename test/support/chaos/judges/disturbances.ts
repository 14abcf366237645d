import type { Happening } from '../timeline.ts';

/**
 * When something was done that can end an execution before its outcome is recorded, each time counted: to a worker, to its way to Redis, to
 * Redis, or by hand to its jobs. What lasts counts once a second.
 */
export const disturbancesOf = (happenings: readonly Happening[]): Float64Array => {
  const atMs = happenings.filter(endsExecutions).flatMap((each) => {
    // What a hand removes is added again with all its tries.
    if (each.what === 'jobs handled by hand') return Array.from({ length: triesOfLine }, () => each.atMs);
    const lastsMs = Number(each.about['forMs'] ?? (each.what === 'network: half-closed' ? noticedAfterMs : 0));
    const seconds = Math.ceil(lastsMs / 1000);
    return Array.from({ length: 1 + seconds }, (_, i) => each.atMs + i * 1000);
  });
  return Float64Array.from(atMs).sort();
};

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
  if (ofRedis.has(what)) return true;
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
};

export const countBetween = (sorted: Float64Array, fromMs: number, toMs: number): number =>
  firstAbove(sorted, toMs) - firstAbove(sorted, fromMs);

function firstAbove(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
