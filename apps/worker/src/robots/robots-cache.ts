import type { Failure } from './robots-file.ts';
import type { RobotsRules } from './robots-rules.ts';

/** What a robots.txt means for one crawler. */
export type RobotsAnswer =
  | { kind: 'rules'; rules: RobotsRules }
  | { kind: 'unavailable' }
  | { kind: 'failed'; outcome: Failure };

type Entry = { answer: RobotsAnswer; untilMs: number };

export type RobotsCacheLimits = { most?: number; mostRules?: number };

/** Redis knows more of them, and for longer. */
const rulesLifeMs = 5 * 60_000;
/** Redis decides when it is worth asking again: it is looked at as often as this. */
const failureLifeMs = 1000;

/**
 * What this process has read, by origin and product: at most so many origins, and so many rules of all of them together (a rule
 * takes about 300 bytes). What was read first goes first.
 */
export const createRobotsCache = (
  nowMs: () => number,
  { most = 10_000, mostRules = 200_000 }: RobotsCacheLimits = {},
) => {
  const entries = new Map<string, Entry>();
  let rules = 0;

  const forget = (key: string, { answer }: Entry): void => {
    entries.delete(key);
    rules -= rulesIn(answer);
  };

  return {
    get: (key: string): RobotsAnswer | undefined => {
      const entry = entries.get(key);
      if (entry === undefined || entry.untilMs > nowMs()) return entry?.answer;
      forget(key, entry);
      return undefined;
    },
    set: (key: string, answer: RobotsAnswer): void => {
      const before = entries.get(key);
      if (before) forget(key, before);
      entries.set(key, { answer, untilMs: nowMs() + (answer.kind === 'rules' ? rulesLifeMs : failureLifeMs) });
      rules += rulesIn(answer);
      for (const [oldest, entry] of entries) {
        // The newest stays, however large it is: it was read to be used.
        if (oldest === key || (entries.size <= most && rules <= mostRules)) return;
        forget(oldest, entry);
      }
    },
    size: (): number => entries.size,
  };
};

const rulesIn = (answer: RobotsAnswer): number => (answer.kind === 'rules' ? answer.rules.rules.length : 0);
