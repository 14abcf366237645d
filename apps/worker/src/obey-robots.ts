import { emptyTrace, type FetchOutcome, interrupted, type RobotsRefusal } from '@trawl/shared/domain/fetch-outcome.ts';
import type { Fetcher } from './fetch/fetch-page.ts';
import type { Hop, HopAnswer } from './fetch/fetch-request.ts';
import { splitUrl } from './fetch/outgoing-request.ts';
import type { HaltedRuns } from './halted-runs.ts';
import type { Job } from './job.ts';
import type { WorkerMeasure } from './metrics/measure-worker.ts';
import { createHops, type HopOptions } from './politeness/ask-for-hop.ts';
import { askForTurn, type TurnOptions } from './politeness/ask-for-turn.ts';
import type { Departure } from './politeness/departure.ts';
import type { LookedUp, RobotsFollower } from './robots/follow-robots.ts';
import { isAllowed, type RobotsRules } from './robots/robots-rules.ts';
import type { RunPolicy } from './run-policies.ts';

export type RobotsTools = HopOptions &
  TurnOptions & {
    fetcher: Pick<Fetcher, 'fetchPage'>;
    robots: RobotsFollower;
    halted: Pick<HaltedRuns, 'stopOf'>;
    measure: Pick<WorkerMeasure, 'robotsAsked'>;
  };

type Hops = ReturnType<typeof createHops>;

/** After a look-up: whether its request took the turn, or the wait most of its lease. */
type TurnIs = 'as before' | 'used' | 'old';

/** A lease that the wait has eaten this much of is taken anew. */
const longWaitMs = 1000;
/** How long another process's request for the same file is waited for. */
const patienceMs = 20_000;

/**
 * What robots.txt has to say to one execution: before its page, and before each of its redirect hops. The request for the file
 * uses the turn of the host; where the host has a gap to keep, the page then needs another.
 */
export const obeyRobots = (job: Job, policy: RunPolicy, tools: RobotsTools, departure: Departure) => {
  const { nowMs, halted, robots } = tools;
  const { crawlDelayCapMs } = policy.settings;
  const obeyed = policy.robots;
  let hasGap = !job.turnHeld;
  /** The one of a hop, which the page may not wait for. */
  let ofHop: { isUnwanted: AbortController; asking?: Promise<FetchOutcome> } | undefined;

  const fetchFile = async (origin: URL, hops: Hops, isUnwanted: AbortSignal) => {
    const url = `${origin.origin}/robots.txt`;
    const requestsBefore = departure.requests();
    const askForHop = ({ host }: Hop) => hops.ask(host, hasGap);
    const request = { url, policy: obeyed?.fetch ?? policy.fetch, askForHop, departure };
    const asking = tools.fetcher.fetchPage(request, isUnwanted);
    if (ofHop) ofHop.asking = asking;
    const outcome = await asking;
    tools.measure.robotsAsked(outcome);
    return { outcome, sentAtMs: departure.requests() > requestsBefore ? departure.lastAtMs() : undefined };
  };

  const lookUp = async (
    url: URL,
    hops: Hops,
    isUnwanted: AbortSignal,
  ): Promise<{ found: LookedUp; turnIs: TurnIs }> => {
    const beganAtMs = nowMs();
    const requestsBefore = departure.requests();
    const found = await robots.lookUp({
      origin: url,
      product: obeyed?.product ?? '',
      ask: () => fetchFile(url, hops, isUnwanted),
      sleep: (ms) => tools.sleep(ms, job.run),
      isOver: () => isUnwanted.aborted,
      patienceMs: Math.min(patienceMs, tools.jobDeadlineMs),
    });
    if (departure.requests() > requestsBefore) return { found, turnIs: 'used' };
    return { found, turnIs: nowMs() - beganAtMs > longWaitMs ? 'old' : 'as before' };
  };

  const lookUpAndLeave = async (url: URL, hops: Hops) => {
    try {
      return await lookUp(url, hops, halted.stopOf(job.run));
    } finally {
      await hops.leave();
    }
  };

  const isDelayed = ({ crawlDelayS = 0 }: RobotsRules): boolean => crawlDelayS > 0 && crawlDelayCapMs > 0;

  const turnForPage = (rules: RobotsRules, turnIs: TurnIs): Promise<FetchOutcome | undefined> | undefined => {
    const isNews = isDelayed(rules) && !hasGap;
    hasGap ||= isNews;
    return isNews || turnIs === 'old' || (hasGap && turnIs === 'used') ? askAnew() : undefined;
  };

  const askAnew = async (): Promise<FetchOutcome | undefined> => {
    const turn = await askForTurn({ ...job, turnHeld: false }, tools, departure);
    // Whatever else it says of the line, that is heard at its next turn.
    return turn.kind === 'go' ? undefined : interrupted('robots-first', emptyTrace(job.line.url));
  };

  const answerForPage = (
    found: LookedUp,
    turnIs: TurnIs = 'as before',
  ): Promise<FetchOutcome | undefined> | FetchOutcome | undefined => {
    const { url } = job.line;
    switch (found.kind) {
      case 'rules':
        return isAllowed(found.rules, url) ? turnForPage(found.rules, turnIs) : forbidden('robots', url);
      case 'unavailable':
        return forbidden('robots-unavailable', url);
      case 'failed':
        return { ...found.outcome, trace: { ...found.outcome.trace, finalUrl: url } };
      case 'interrupted':
        return found.outcome;
      case 'pending':
        return interrupted('robots-first', emptyTrace(url));
    }
  };

  const isOfOwnHost = ({ host }: Hop): boolean => host === job.host;

  return {
    /** Undefined: the page may be asked, and its turn has come. */
    ofPage: async (): Promise<FetchOutcome | undefined> => {
      if (obeyed === undefined) return undefined;
      const known = robots.known(splitUrl(job.line.url).origin, obeyed.product);
      if (known) return answerForPage(known);
      const { found, turnIs } = await lookUpAndLeave(new URL(job.line.url), createHops(job, tools, departure));
      return answerForPage(found, turnIs);
    },

    ofHop: async (hop: Hop, hops: Hops): Promise<HopAnswer> => {
      if (obeyed === undefined) return hops.ask(hop.host, hasGap);
      const url = new URL(hop.url);
      const known = robots.known(url.origin, obeyed.product);
      const refusal = known && refusalOf(known, hop.url);
      const turn = refusal ?? (await hops.ask(hop.host, hasGap));
      if (known || turn === 'must-wait') return turn;

      ofHop = { isUnwanted: new AbortController() };
      const { found, turnIs } = await lookUp(
        url,
        hops,
        AbortSignal.any([halted.stopOf(job.run), ofHop.isUnwanted.signal]),
      );
      if (found.kind === 'interrupted' || found.kind === 'pending') return 'must-wait';
      const isNews = found.kind === 'rules' && isDelayed(found.rules);
      if (isNews && isOfOwnHost(hop)) hasGap = true;
      return refusalOf(found, hop.url) ?? (turnIs !== 'as before' || isNews ? hops.ask(hop.host, hasGap) : 'go');
    },

    /** The page's fetch has ended: what a hop still asks for ends as well. */
    leave: async (): Promise<void> => {
      ofHop?.isUnwanted.abort();
      await ofHop?.asking;
    },

    /** Does the host of the URL keep a gap: has the gate to be told when a request left? */
    hasGap: (): boolean => hasGap,
  };
};

const refusalOf = (found: LookedUp, url: string): RobotsRefusal | undefined => {
  if (found.kind === 'unavailable') return 'robots-unavailable';
  // A host that cannot be asked says so to the hop itself.
  return found.kind === 'rules' && !isAllowed(found.rules, url) ? 'robots' : undefined;
};

const forbidden = (why: RobotsRefusal, url: string): FetchOutcome => ({
  kind: 'forbidden',
  why,
  trace: emptyTrace(url),
});
