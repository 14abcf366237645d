import type { OutcomeClass } from './outcome-class.ts';

/** What we do about an outcome. `reason` comes from a closed vocabulary: docs/outcomes.md lists it. */
export type Verdict =
  /** Final and good. */
  | { next: 'store'; class: 'ok' | 'not-modified'; reason: string }
  /** Try again after a backoff, of `leastMs` at the least; costs an attempt. `penalize`: the host also earns a fleet-wide pause. */
  | { next: 'retry'; class: OutcomeClass; reason: string; penalize: boolean; leastMs?: number }
  /** The host is not ready: costs no attempt. `blockMs` is what the host asked for; absent: our own growing penalty. */
  | { next: 'defer'; reason: string; blockMs?: number }
  /** Final and bad. */
  | { next: 'give-up'; class: OutcomeClass; reason: string };
