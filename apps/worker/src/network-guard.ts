import { type FetchOutcome, interrupted } from '@trawl/shared/domain/fetch-outcome.ts';
import type { Logger } from '@trawl/shared/platform/logger.ts';
import { createOwnNetwork, type NetworkLimits, signOf } from './own-network.ts';

export type NetworkGuard = {
  /** What is to become of a fetch: nothing was decided about its URL while this worker is cut off. `hostOf` is asked where it failed so. */
  judge: (hostOf: () => string, outcome: FetchOutcome) => FetchOutcome;
  isCutOff: () => boolean;
  /** How long the worker waits behind a probe that failed: longer each time. What was in flight together waits together. */
  pauseMs: () => number;
};

const probePauseMs = { first: 500, most: 15_000 };

/** @param now monotonic ms */
export const createNetworkGuard = (
  { now, log, onChange }: { now: () => number; log: Pick<Logger, 'error' | 'info'>; onChange: () => void },
  limits?: NetworkLimits,
): NetworkGuard => {
  const network = createOwnNetwork(limits);
  let isCutOff = false;
  let probes = 0;
  let probeAtMs = 0;

  const look = (outcome: FetchOutcome): void => {
    const was = isCutOff;
    isCutOff = network.state(now()) === 'cut-off';
    if (isCutOff === was) return;
    probes = 0;
    if (isCutOff) log.error({ reason: reasonOf(outcome) }, 'no way to the web: one URL at a time tries it');
    else log.info('URLs are fetched as before');
    onChange();
  };
  return {
    judge: (hostOf, outcome) => {
      const sign = signOf(outcome);
      network.note(sign === 'does-not' ? hostOf() : '', sign, now());
      look(outcome);
      return isCutOff && sign === 'does-not' ? interrupted('no-network', outcome.trace) : outcome;
    },
    isCutOff: () => isCutOff,
    pauseMs: () => {
      if (!isCutOff) return 0;
      if (probeAtMs <= now()) probeAtMs = now() + Math.min(probePauseMs.most, probePauseMs.first * 2 ** probes++);
      return probeAtMs - now();
    },
  };
};

const reasonOf = (outcome: FetchOutcome): string => (outcome.kind === 'unreachable' ? outcome.reason : outcome.kind);
