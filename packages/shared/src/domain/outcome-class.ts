/** The names under which an outcome is recorded. Every input line ends in exactly one of them. */
export const outcomeClasses = [
  'ok',
  'not-modified',
  'http-error',
  'unreachable',
  'timed-out',
  'cut-short',
  'forbidden',
  'invalid',
  'duplicate',
  'cancelled',
  'expired',
  'crashed',
] as const;

export type OutcomeClass = (typeof outcomeClasses)[number];

/** Did the line bring what the user asked for? A duplicate did: its first copy carries the answer. */
export const isFailure = (outcome: OutcomeClass): boolean =>
  outcome !== 'ok' && outcome !== 'not-modified' && outcome !== 'duplicate';
