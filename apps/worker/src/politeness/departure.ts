import type { Frontier, Turn, TurnRequest } from '@trawl/shared/frontier/frontier.ts';
import type { Job } from '../job.ts';

export type DepartureOptions = {
  frontier: Pick<Frontier, 'acquire'>;
  leaseMs: number;
  /** Estimate of Redis ms. */
  nowMs: () => number;
  /** How late somebody is must not depend on what is believed of another machine's clock. */
  monotonicMs: () => number;
  /** How long an answer of Redis is on its way at the least: a turn is granted no earlier than it can be used. */
  oneWayMs: () => number;
  noteRoundTrip: (ms: number) => void;
  /** Ends early when the run is cancelled or the worker stops. */
  sleep: (ms: number, run: string) => Promise<void>;
  /** Undefined: nothing of the run is to be held back, and that is known of now. */
  halted: { of: (run: string) => unknown };
};

export type Departure = ReturnType<typeof createDeparture>;

/** A turn further away than this is not worth a worker's slot: the URL goes back to the frontier. */
export const longestWaitMs = 1000;

/**
 * A request may leave this long after the start that it was granted: with the clock's own error and the way to the host two
 * come no closer than 25 ms less than the gap. It is held to the first before it is handed over, to the second in the step in
 * which it is written.
 */
const mostLateMs = { before: 10, written: 15 };
/** Timers wake up to this much too soon. */
const timerErrorMs = 1;
/**
 * Who was too late asks again for a start that may be used for so long, which the host's next start waits for. So a process that
 * is always late gets on all the same, at the cost of the host's pace; one that needs more gives up when its patience ends.
 */
const sparesMs = [0, 50, 200, 800];

/**
 * When the requests of one execution may leave: each in the time that its turn was granted for, or not at all. Whatever holds a process up
 * between the answer of Redis and the first byte - connecting, robots.txt, cookies, a long sleep of the machine - makes it ask again.
 */
export const createDeparture = (job: Job, options: DepartureOptions) => {
  const { monotonicMs, nowMs } = options;
  let host = job.host;
  /** When a start was granted for, monotonic. */
  let granted: { fromMs: number; toMs: number; spareMs: number } | undefined;
  let isPaced = false;
  /** When the granted start was used, monotonic. */
  let usedAtMs: number | undefined;
  let timesAsked = 0;
  let firstAskedAtMs = 0;
  let patience = longestWaitMs;
  let requests = 0;
  let lastAtMs: number | undefined;
  let ownLastAtMs: number | undefined;
  let waits = 0;

  /** A process that stood still since it looked would ask for what was cancelled meanwhile. */
  const isHalted = (): boolean => options.halted.of(job.run) !== undefined;

  const goTo = (next: string): void => {
    if (next === host) return;
    host = next;
    [granted, isPaced, usedAtMs, timesAsked] = [undefined, false, undefined, 0];
  };

  const held = (atMs: number) => {
    if (usedAtMs !== undefined) return { usedAgoMs: atMs - usedAtMs };
    return granted ? { again: true } : {};
  };

  /** Asks for a turn at the host; `go`: see `start`. */
  const ask = async (next: string, patienceMs: number): Promise<Turn> => {
    goTo(next);
    patience = patienceMs;
    const leadMs = options.oneWayMs();
    const askedAtMs = monotonicMs();
    if (timesAsked === 0) firstAskedAtMs = askedAtMs;
    const spareMs = sparesMs[Math.min(timesAsked, sparesMs.length - 1)] ?? 0;
    const hop = host !== job.host;
    const limits = { leaseMs: options.leaseMs, longestWaitMs: patienceMs, leadMs, spareMs, hop, ...held(askedAtMs) };
    const turn = await options.frontier.acquire({ ...turnOf(job), host }, limits);
    if (turn.kind !== 'go') return turn;
    const answeredAtMs = monotonicMs();
    options.noteRoundTrip(answeredAtMs - askedAtMs);
    const onTheWayMs = leadWithin(leadMs, answeredAtMs - askedAtMs);
    granted = {
      fromMs: answeredAtMs - onTheWayMs + turn.waitMs,
      toMs: askedAtMs + onTheWayMs + turn.waitMs,
      spareMs,
    };
    isPaced = turn.isPaced === true;
    usedAtMs = undefined;
    timesAsked += 1;
    return turn;
  };

  /** False: the wait was called off. */
  const start = async (): Promise<boolean> => {
    const waitMs = (granted?.fromMs ?? 0) - monotonicMs();
    if (waitMs > 0) await options.sleep(waitMs, job.run);
    return monotonicMs() >= (granted?.fromMs ?? 0) - timerErrorMs;
  };

  const hasGivenUp = (): boolean => timesAsked >= sparesMs.length && monotonicMs() - firstAskedAtMs > patience;

  const lateMs = (): number => monotonicMs() - (granted?.toMs ?? 0);

  return {
    goTo,
    ask,
    start,

    /** The host keeps no pace: any moment is as good as another. */
    isFree: (): boolean => !isPaced && !isHalted(),

    /** May a request leave in this very step? */
    isDue: (): boolean => {
      if (isHalted()) return false;
      if (!isPaced || granted === undefined) return true;
      if (usedAtMs !== undefined || monotonicMs() < granted.fromMs - timerErrorMs) return false;
      return lateMs() <= granted.spareMs + mostLateMs.written;
    },

    /** Resolves when a request may leave; asks again for a turn that has passed. False: there is none to be had. */
    comesUp: async (): Promise<boolean> => {
      const mine = ++waits;
      while (isPaced && granted && !isHalted()) {
        if (usedAtMs === undefined) {
          if (!(await start())) return false;
          if (lateMs() <= granted.spareMs / 2 + mostLateMs.before) return true;
        }
        if (mine !== waits || hasGivenUp()) return false;
        if ((await ask(host, patience)).kind !== 'go') return false;
      }
      return !isHalted();
    },

    /** A request is written now. */
    left: (): void => {
      requests += 1;
      usedAtMs = monotonicMs();
      timesAsked = 0;
      lastAtMs = nowMs();
      if (host === job.host) ownLastAtMs = lastAtMs;
    },

    /** Nobody waits any more. */
    close: (): void => void (waits += 1),

    /** Requests so far. */
    requests: (): number => requests,
    /** Redis ms of the last request, and of the last to the job's own host. */
    lastAtMs: (): number | undefined => lastAtMs,
    ownLastAtMs: (): number | undefined => ownLastAtMs,
  };
};

/**
 * How long the answer was on its way, as far as one may count on it: who believed in more than half of this round trip would start before
 * the turn has come.
 */
const leadWithin = (leadMs: number, roundTripMs: number): number => Math.min(leadMs, roundTripMs / 2);

export const turnOf = (job: Job): TurnRequest => ({
  host: job.host,
  run: job.run,
  seq: job.line.seq,
  id: job.id,
  execution: job.executions,
  lockToken: job.lockToken,
});
