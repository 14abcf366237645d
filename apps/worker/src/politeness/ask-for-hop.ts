import type { Frontier } from '@trawl/shared/frontier/frontier.ts';
import type { Job } from '../job.ts';
import { type Departure, turnOf } from './departure.ts';

export type HopOptions = {
  frontier: Pick<Frontier, 'yield'>;
  nowMs: () => number;
  /** Ends early when the run is cancelled or the worker stops. */
  sleep: (ms: number, run: string) => Promise<void>;
};

/**
 * How long a redirect may wait in place for the other host, and how often it asks. On its own host it waits for nothing but the
 * gap, at least the longest crawl-delay that is obeyed by default: it could never be followed otherwise.
 */
const patienceOfOtherMs = 5000;
const patienceOfOwnMs = 15_000;
const askAgainMs = 100;

/**
 * The turns of one execution's redirects. A hop to another host takes that host's turn as well; a hop on the same host
 * only keeps its gap, since the slot is held. `leave` gives back what the hops hold.
 */
export const createHops = (job: Job, options: HopOptions, departure: Departure) => {
  const held = new Set<string>();
  let hasLeft = false;
  const giveBack = (host: string) => options.frontier.yield({ ...turnOf(job), host }, {});

  /** @param hasGap the job's own host has one to keep */
  const ask = async (host: string, hasGap: boolean): Promise<'go' | 'must-wait'> => {
    const isOther = host !== job.host;
    departure.goTo(host);
    if (!isOther && !hasGap) return 'go';
    const patienceMs = isOther ? patienceOfOtherMs : patienceOfOwnMs;
    const giveUpAtMs = options.nowMs() + patienceMs;
    for (;;) {
      const turn = await departure.ask(host, patienceMs);
      if (turn.kind === 'go') {
        // The fetch may have ended meanwhile, by its time limit.
        if (isOther && hasLeft) await giveBack(host);
        else if (isOther) held.add(host);
        await departure.start();
        return 'go';
      }
      if (hasLeft || turn.kind !== 'busy' || options.nowMs() + turn.waitMs + askAgainMs > giveUpAtMs)
        return 'must-wait';
      await options.sleep(Math.max(askAgainMs, turn.waitMs), job.run);
    }
  };

  const leave = async (): Promise<void> => {
    hasLeft = true;
    for (const host of held) await giveBack(host);
  };

  return { ask, leave };
};
