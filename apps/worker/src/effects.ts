import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { encodeLine } from '@trawl/shared/domain/frontier-line.ts';
import { encodeSummary } from '@trawl/shared/domain/outcome-summary.ts';
import type { Commit, Frontier } from '@trawl/shared/frontier/frontier.ts';
import { backoffMs } from './classify/backoff.ts';
import { classify } from './classify/classify.ts';
import { recordOf } from './extract/extract.ts';
import type { MemoryShare } from './fetch/body-memory.ts';
import type { Fetcher } from './fetch/fetch-page.ts';
import type { CookieJar, Hop } from './fetch/fetch-request.ts';
import type { HaltedRuns } from './halted-runs.ts';
import type { Job } from './job.ts';
import type { WorkerMeasure } from './metrics/measure-worker.ts';
import { obeyRobots } from './obey-robots.ts';
import { createHops } from './politeness/ask-for-hop.ts';
import { askForTurn } from './politeness/ask-for-turn.ts';
import { createDeparture, turnOf } from './politeness/departure.ts';
import type { Effects } from './process-url.ts';
import type { RobotsFollower } from './robots/follow-robots.ts';
import type { RunPolicy } from './run-policies.ts';

export type EffectTools = {
  frontier: Frontier;
  commit: (commit: Commit) => Promise<boolean>;
  fetcher: Fetcher;
  /** Of a run that keeps cookies. */
  openCookies: (run: string) => Promise<CookieJar>;
  robots: RobotsFollower;
  leaseMs: number;
  jobDeadlineMs: number;
  /** Estimate of Redis ms. */
  nowMs: () => number;
  monotonicMs: () => number;
  oneWayMs: () => number;
  noteRoundTrip: (ms: number) => void;
  random: () => number;
  /** Ends early when the run is cancelled or the worker stops. */
  sleep: (ms: number, run: string) => Promise<void>;
  halted: Pick<HaltedRuns, 'of' | 'stopOf'>;
  measure: WorkerMeasure;
  /** Called for each URL that is put back since this machine lacks something. */
  reportLack: () => void;
};

/** Long enough for a connection to end; short enough to use what it leaves. */
const restMs = { least: 1000, most: 3000 };

/**
 * The steps of one execution, with the policy of its run at hand.
 * @param memory what the body may hold until the record is written
 */
export const effectsFor = (policy: RunPolicy, tools: EffectTools, memory: MemoryShare): Effects => {
  const { frontier, nowMs, random, measure } = tools;
  const { settings } = policy;
  let startedAtMs: number | undefined;
  let departure: ReturnType<typeof createDeparture> | undefined;
  let robots: ReturnType<typeof obeyRobots> | undefined;
  const departureOf = (job: Job) => (departure ??= createDeparture(job, tools));
  const robotsOf = (job: Job) => (robots ??= obeyRobots(job, policy, tools, departureOf(job)));
  /** Only a host with a gap has turns to ask for at a first try, and wants to know when a request really left. */
  const startOf = (job: Job) => {
    const lastAtMs = departure?.ownLastAtMs();
    const hasGap = robots?.hasGap() ?? !job.turnHeld;
    return hasGap && lastAtMs !== undefined ? { startedAtMs: lastAtMs } : {};
  };

  const fetchPage = async (job: Job): Promise<FetchOutcome> => {
    const { url, overrides } = job.line;
    const leaving = departureOf(job);
    leaving.goTo(job.host);
    let hops: ReturnType<typeof createHops> | undefined;
    const obedience = robotsOf(job);
    const askForHop = (hop: Hop) => obedience.ofHop(hop, (hops ??= createHops(job, tools, leaving)));
    startedAtMs = nowMs();
    measure.fetchBegins(job, startedAtMs);
    try {
      const cookies = settings.cookies && { cookies: await tools.openCookies(job.run) };
      const basics = { url, policy: policy.fetch, askForHop, departure: leaving, memory };
      const request = { ...basics, ...(overrides && { overrides }), ...cookies };
      const outcome = await tools.fetcher.fetchPage(request, tools.halted.stopOf(job.run));
      measure.fetched(outcome);
      return outcome;
    } finally {
      measure.fetchEnds();
      leaving.close();
      if (hops) {
        await obedience.leave();
        await hops.leave();
      }
    }
  };

  return {
    askForTurn: (job) => askForTurn(job, tools, departureOf(job)),
    haltOf: (job) => tools.halted.of(job.run),
    askRobots: (job) => robotsOf(job).ofPage(),
    fetchPage,
    classify: (job, outcome) =>
      classify(
        outcome,
        { number: job.attempt, most: settings.attempts },
        { nowMs: nowMs(), retryAfterCapMs: settings.retryAfterCapMs },
      ),
    commit: async (job, verdict, outcome) => {
      const { run, host, line, attempt } = job;
      const { json, summary } = recordOf({
        run,
        host,
        line,
        outcome,
        verdict,
        attempts: attempt,
        queuedMs: Math.max(0, (startedAtMs ?? nowMs()) - job.releasedAtMs),
        at: new Date(nowMs()).toISOString(),
        policy: policy.record,
      });
      await tools.commit({
        ...turnOf(job),
        class: verdict.class,
        summary: encodeSummary(summary),
        json,
        ...startOf(job),
      });
    },
    giveSlotBack: async (job, pauseMs) => {
      const pause = pauseMs === undefined ? {} : { pauseMs, random: random() };
      await frontier.yield(turnOf(job), { ...pause, ...startOf(job) });
    },
    putBack: async (job, line, pauseMs) => {
      measure.putBack(pauseMs);
      const pause = pauseMs === undefined ? {} : { pauseMs, random: random() };
      await frontier.yield(turnOf(job), { putBack: encodeLine(line), ...pause, ...startOf(job) });
    },
    rest: async (job) => {
      tools.reportLack();
      await tools.sleep(restMs.least + random() * (restMs.most - restMs.least), job.run);
    },
    backoffMs: (job) =>
      backoffMs({ attempt: job.attempt, baseMs: settings.backoffMs, capMs: settings.backoffCapMs, random }),
    nowMs,
    patienceMs: () => settings.patienceMs,
  };
};
