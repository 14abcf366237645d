import type { OutcomeClass } from '@trawl/shared/domain/outcome-class.ts';

/** What a class says to somebody who has not read docs/outcomes.md. */
export const classMeanings: Record<OutcomeClass, string> = {
  ok: 'fetched',
  'not-modified': 'unchanged since it was fetched last (304)',
  'http-error': 'the host answered with an error status',
  unreachable: 'no connection: name, address or certificate',
  'timed-out': 'no complete answer in time',
  'cut-short': 'the answer broke off, was damaged or too large',
  forbidden: 'not asked: robots.txt, a private address, or too many redirects',
  invalid: 'no URL that can be fetched',
  duplicate: 'an earlier line asks for the same, and carries the answer',
  cancelled: 'the run was cancelled before its turn came',
  expired: 'its host asked to be left alone for longer than --patience',
  crashed: 'every worker that tried it died',
};
