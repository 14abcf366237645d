import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { readRobots } from './read-robots.ts';
import { createRobotsCache, type RobotsAnswer, type RobotsCacheLimits } from './robots-cache.ts';
import { type RobotsFile, robotsFileOf } from './robots-file.ts';
import type { DelayWish, RobotsStore } from './robots-store.ts';

export type RobotsFollower = ReturnType<typeof followRobots>;

export type LookUp = {
  origin: URL;
  /** The name by which a robots.txt calls us. */
  product: string;
  /** Asks the origin for `/robots.txt`; called by at most one process of the fleet at a time. `sentAtMs`: Redis ms at which it left. */
  ask: () => Promise<{ outcome: FetchOutcome; sentAtMs: number | undefined }>;
  /** Ends early when nobody wants to know any more. */
  sleep: (ms: number) => Promise<void>;
  isOver: () => boolean;
  /** How long another's asking is waited for. */
  patienceMs: number;
};

export type LookedUp =
  | RobotsAnswer
  /** Our own asking was called off: `outcome` says why. */
  | { kind: 'interrupted'; outcome: Interrupted }
  /** Somebody else asks, and takes longer than we can wait. */
  | { kind: 'pending' };

type Interrupted = Extract<FetchOutcome, { kind: 'interrupted' }>;
type Found = { kind: 'found'; file: RobotsFile };
type Flight = Found | Exclude<LookedUp, RobotsAnswer>;

/** How often one looks whether the process that asks has its answer: soon at first. */
const lookAgainMs = { first: 20, most: 200 };

/**
 * The robots.txt of all origins: what this process remembers, else what Redis knows, else what the origin itself answers. One
 * look-up of an origin at a time in this process, one request at a time in the fleet.
 */
export const followRobots = (store: RobotsStore, nowMs: () => number, limits: RobotsCacheLimits = {}) => {
  const cache = createRobotsCache(nowMs, limits);
  const flights = new Map<string, Promise<Flight>>();
  const readings = new Map<string, Promise<RobotsAnswer>>();

  const find = async (origin: string, by: LookUp, giveUpAtMs: number): Promise<Flight> => {
    const known = await store.read(origin);
    if (known) return { kind: 'found', file: known };
    for (let pauseMs = lookAgainMs.first; ; pauseMs = Math.min(lookAgainMs.most, pauseMs * 2)) {
      const { isOurs, file } = await store.claim(origin);
      if (isOurs && file) await store.release(origin);
      if (file) return { kind: 'found', file };
      if (isOurs) return askOrigin(origin, by);
      if (by.isOver() || nowMs() + pauseMs > giveUpAtMs) return { kind: 'pending' };
      await by.sleep(pauseMs);
    }
  };

  const askOrigin = async (origin: string, by: LookUp): Promise<Flight> => {
    try {
      const { outcome, sentAtMs } = await by.ask();
      if (outcome.kind === 'interrupted') {
        await store.release(origin);
        return { kind: 'interrupted', outcome };
      }
      const read = robotsFileOf(outcome);
      const answer = await answerIn(read, by.product);
      const file = await store.keep(delayIn(answer, by), read, sentAtMs);
      if (file === read) cache.set(keyOf(origin, by.product), answer);
      return { kind: 'found', file };
    } catch (error) {
      await store.release(origin);
      throw error;
    }
  };

  const answerOf = (found: Found, by: LookUp): RobotsAnswer | Promise<RobotsAnswer> => {
    const key = keyOf(by.origin.origin, by.product);
    const known = cache.get(key) ?? readings.get(key);
    if (known) return known;
    const reading = readOnce(found, by, key).finally(() => readings.delete(key));
    readings.set(key, reading);
    return reading;
  };

  const readOnce = async ({ file }: Found, by: LookUp, key: string): Promise<RobotsAnswer> => {
    const answer = await answerIn(file, by.product);
    const wish = delayIn(answer, by);
    // The gate has to know before anybody asks it for a turn by these rules.
    if (wish.delayMs > 0) await store.noteDelay(wish);
    cache.set(key, answer);
    return answer;
  };

  return {
    /** What this process remembers. */
    known: (origin: string, product: string): RobotsAnswer | undefined => cache.get(keyOf(origin, product)),

    lookUp: async (by: LookUp): Promise<LookedUp> => {
      const { origin } = by.origin;
      const giveUpAtMs = nowMs() + by.patienceMs;
      for (;;) {
        const known = cache.get(keyOf(origin, by.product));
        if (known) return known;
        const running = flights.get(origin);
        const flight = running ?? find(origin, by, giveUpAtMs).finally(() => flights.delete(origin));
        flights.set(origin, flight);
        const found = await flight;
        if (found.kind === 'found') return answerOf(found, by);
        // Another's look-up ended for reasons of its own.
        if (running === undefined) return found;
        if (by.isOver() || nowMs() >= giveUpAtMs) return { kind: 'pending' };
      }
    },
  };
};

const answerIn = async (file: RobotsFile, product: string): Promise<RobotsAnswer> => {
  switch (file.kind) {
    case 'text':
      return { kind: 'rules', rules: await readRobots(file.bytes, product) };
    case 'none':
      return { kind: 'rules', rules: { rules: [] } };
    case 'unavailable':
    case 'failed':
      return file;
  }
};

const delayIn = (answer: RobotsAnswer, { origin, product }: LookUp): DelayWish => {
  const seconds = answer.kind === 'rules' ? (answer.rules.crawlDelayS ?? 0) : 0;
  return { origin, product, delayMs: Math.round(Math.min(seconds, longestDelayS) * 1000) };
};

/** As for the gap of a crawl. */
const longestDelayS = 3600;

const keyOf = (origin: string, product: string): string => `${product} ${origin}`;
