import type { CutShort, FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import type { OutcomeClass } from '@trawl/shared/domain/outcome-class.ts';
import type { Verdict } from '@trawl/shared/domain/verdict.ts';
import { httpDateMs } from './http-date.ts';
import { retryAfterMs } from './retry-after.ts';

/** `number` from 1; `most` is the setting `attempts`. */
export type Attempt = { number: number; most: number };
/** `nowMs`: wall clock, used where the answer carries no date of its own. */
export type RetryAfterLimits = { nowMs: number; retryAfterCapMs: number };

type Answered = Extract<FetchOutcome, { kind: 'answered' }>;

/** A robots.txt that could not be had is asked for again after about so long, later each time: a try before that learns nothing. */
const robotsAgainMs = 2000;

/** What we do about an outcome: the table of DESIGN.md section 5. Its reasons are explained in docs/outcomes.md. */
export const classify = (outcome: FetchOutcome, attempt: Attempt, limits: RetryAfterLimits): Verdict => {
  switch (outcome.kind) {
    case 'answered':
      return classifyAnswer(outcome, attempt, limits);
    case 'unreachable':
      return outcome.temporary
        ? retry(attempt, 'unreachable', outcome.reason)
        : { next: 'give-up', class: 'unreachable', reason: outcome.reason };
    case 'timed-out':
      return retry(attempt, 'timed-out', outcome.stage);
    case 'cut-short':
      return isOversized(outcome.why)
        ? { next: 'give-up', class: 'cut-short', reason: outcome.why }
        : retry(attempt, 'cut-short', outcome.why);
    case 'forbidden':
      if (outcome.why === 'robots-unavailable')
        return retry(attempt, 'forbidden', outcome.why, { leastMs: robotsAgainMs * attempt.number });
      return { next: 'give-up', class: 'forbidden', reason: outcome.why };
    case 'unsendable':
      return { next: 'give-up', class: 'invalid', reason: 'unsendable' };
    case 'interrupted':
      // Nothing was learned about the URL or its host; a pause of 1 ms keeps the host's own penalty out of it.
      return { next: 'defer', reason: outcome.why, blockMs: 1 };
  }
};

/** It would be as large again. */
const isOversized = (why: CutShort): boolean => why === 'too-large' || why === 'head-too-large';

const classifyAnswer = (answer: Answered, attempt: Attempt, limits: RetryAfterLimits): Verdict => {
  const { status, sentValidators } = answer;
  const reason = `status-${status}`;
  if (status >= 200 && status < 300) return { next: 'store', class: 'ok', reason };
  // Without a version to compare with, 304 is no answer.
  if (status === 304 && sentValidators) return { next: 'store', class: 'not-modified', reason };
  if (status === 429 || status === 503) {
    const blockMs = askedPauseMs(answer, limits);
    if (blockMs !== undefined) return { next: 'defer', reason, blockMs };
    if (status === 429) return { next: 'defer', reason };
  }
  if (isTemporary(status)) return retry(attempt, 'http-error', reason, { penalize: status === 503 });
  return { next: 'give-up', class: 'http-error', reason };
};

/** A date is measured against the host's own clock where the answer shows it: clocks that differ then do not matter. */
const askedPauseMs = ({ headers }: Answered, limits: RetryAfterLimits): number | undefined => {
  const asked = headers['retry-after'];
  if (asked === undefined) return undefined;
  const hostNowMs = httpDateMs(headers.date ?? '', limits.nowMs) ?? limits.nowMs;
  return retryAfterMs(asked, hostNowMs, limits.retryAfterCapMs);
};

/** 52x are a proxy's words for an origin that it could not reach. */
const isTemporary = (status: number): boolean => temporaryStatuses.has(status) || (status >= 520 && status <= 529);
const temporaryStatuses: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);

const retry = (
  attempt: Attempt,
  outcomeClass: OutcomeClass,
  reason: string,
  how: { penalize?: boolean; leastMs?: number } = {},
): Verdict =>
  attempt.number < attempt.most
    ? { next: 'retry', class: outcomeClass, reason, penalize: false, ...how }
    : { next: 'give-up', class: outcomeClass, reason };
