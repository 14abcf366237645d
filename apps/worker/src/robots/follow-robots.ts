import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { createRobotsCache, type RobotsAnswer, type RobotsCacheLimits } from './robots-cache.ts';
import { type RobotsFile, robotsFileOf } from './robots-file.ts';
import { parseRobots } from './robots-rules.ts';
import type { RobotsStore } from './robots-store.ts';

export type RobotsFollower = ReturnType<typeof followRobots>;

export type LookUp = {
  origin: URL;
  /** The name by which a robots.txt calls us. */
  product: string;
  /** Asks the origin for `/robots.txt`; called by at most one process of the fleet at a time. */
  ask: () => Promise<FetchOutcome>;
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
/** `isNew`: it was asked for just now. */
type Found = { kind: 'found'; file: RobotsFile; isNew: boolean };
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

  const find = async (origin: string, by: LookUp, giveUpAtMs: number): Promise<Flight> => {
    const known = await store.read(origin);
    if (known) return { kind: 'found', file: known, isNew: false };
    for (let pauseMs = lookAgainMs.first; ; pauseMs = Math.min(lookAgainMs.most, pauseMs * 2)) {
      const { isOurs, file } = await store.claim(origin);
      if (isOurs && file) await store.release(origin);
      if (file) return { kind: 'found', file, isNew: false };
      if (isOurs) return askOrigin(origin, by);
      if (by.isOver() || nowMs() + pauseMs > giveUpAtMs) return { kind: 'pending' };
      await by.sleep(pauseMs);
    }
  };

  const askOrigin = async (origin: string, by: LookUp): Promise<Flight> => {
    try {
      const outcome = await by.ask();
      if (outcome.kind !== 'interrupted')
        return { kind: 'found', file: await store.keep(origin, robotsFileOf(outcome)), isNew: true };
      await store.release(origin);
      return { kind: 'interrupted', outcome };
    } catch (error) {
      await store.release(origin);
      throw error;
    }
  };

  const answerOf = async ({ file, isNew }: Found, { origin, product }: LookUp): Promise<RobotsAnswer> => {
    const key = keyOf(origin.origin, product);
    const known = cache.get(key);
    if (known) return known;
    const answer: RobotsAnswer =
      file.kind === 'text' || file.kind === 'none'
        ? { kind: 'rules', rules: file.kind === 'text' ? parseRobots(file.text, product) : noRules }
        : file;
    if (answer.kind === 'rules') {
      // Known to the gate before anybody asks it for a turn by these rules.
      const delayMs = Math.round((answer.rules.crawlDelayS ?? 0) * 1000);
      if (delayMs > 0 || isNew)
        await store.noteDelay(origin.host, { field: `${origin.protocol.slice(0, -1)} ${product}`, delayMs });
    }
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

const noRules = { rules: [] };
const keyOf = (origin: string, product: string): string => `${product} ${origin}`;
