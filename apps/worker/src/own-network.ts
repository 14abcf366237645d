import type { FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';

export type NetworkState =
  | 'open'
  /** Nothing gets out of this machine: failures of that kind cost no attempt, and one URL at a time tries again. */
  | 'cut-off'
  /** It has been like that for so long that it may as well be the hosts: failures count as they come. */
  | 'given-up';

/** What one fetch says of this machine's way to the web. */
export type Sign = 'gets-out' | 'does-not' | 'says-nothing';

export type NetworkLimits = {
  /** So many fetches in a row that did not get out ... */
  fetches: number;
  /** ... of so many hosts. */
  hosts: number;
  /** How long the hosts are given the benefit of the doubt: a crawl of dead hosts must end. */
  patienceMs: number;
};

const defaultLimits: NetworkLimits = { fetches: 20, hosts: 5, patienceMs: 900_000 };

/** Reasons of `unreachable` that a resolver, a route or a limit of this side gives. */
const ownReasons: ReadonlySet<string> = new Set([
  'dns-timed-out',
  'dns-refused',
  'network-unreachable',
  'host-unreachable',
]);

/** A worker that reaches Redis and not the web would spend the tries of URLs that others could fetch: this notices it. */
export const createOwnNetwork = (limits: NetworkLimits = defaultLimits) => {
  let inARow = 0;
  let hosts = new Set<string>();
  let cutOffSinceMs: number | undefined;

  return {
    /** @param nowMs monotonic */
    note: (host: string, sign: Sign, nowMs: number): void => {
      if (sign === 'says-nothing') return;
      if (sign === 'gets-out') {
        inARow = 0;
        hosts = new Set();
        cutOffSinceMs = undefined;
        return;
      }
      inARow++;
      if (hosts.size < limits.hosts) hosts.add(host);
      if (inARow >= limits.fetches && hosts.size >= limits.hosts) cutOffSinceMs ??= nowMs;
    },
    state: (nowMs: number): NetworkState => {
      if (cutOffSinceMs === undefined) return 'open';
      return nowMs - cutOffSinceMs < limits.patienceMs ? 'cut-off' : 'given-up';
    },
  };
};

export const signOf = (outcome: FetchOutcome): Sign => {
  switch (outcome.kind) {
    case 'answered':
    case 'cut-short':
      return 'gets-out';
    case 'unreachable':
      return ownReasons.has(outcome.reason) ? 'does-not' : 'gets-out';
    case 'timed-out':
      return outcome.stage === 'body' ? 'gets-out' : 'says-nothing';
    case 'forbidden':
    case 'unsendable':
    case 'interrupted':
      return 'says-nothing';
  }
};
