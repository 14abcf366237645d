import { readFileSync } from 'node:fs';
import { emptyTrace, type FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { outcomeClasses } from '@trawl/shared/domain/outcome-class.ts';
import { describe, expect, it } from 'vitest';
import { classify } from '../../apps/worker/src/classify/classify.ts';
import { unreachableReasons } from '../../apps/worker/src/fetch/unreachable-reasons.ts';

const page = readFileSync(new URL('../../docs/outcomes.md', import.meta.url), 'utf8');
const words = new Set([...page.matchAll(/`([a-z0-9-]+)`/g)].map(([, word]) => word));

const trace = emptyTrace('');

type Of<K extends FetchOutcome['kind']> = Extract<FetchOutcome, { kind: K }>;
/** Records force the lists to be whole: a word that is added to a union does not compile until it stands here. */
const stages: Record<Of<'timed-out'>['stage'], true> = { connect: true, headers: true, body: true, total: true };
const cuts: Record<Of<'cut-short'>['why'], true> = {
  reset: true,
  'too-large': true,
  'bad-encoding': true,
  'malformed-response': true,
  'head-too-large': true,
  'too-many-interim': true,
  'unasked-upgrade': true,
};
const bans: Record<Of<'forbidden'>['why'], true> = {
  robots: true,
  'robots-unavailable': true,
  'private-address': true,
  'blocked-port': true,
  'redirect-limit': true,
  'redirect-loop': true,
  'redirect-scheme': true,
  'redirect-invalid': true,
};
const pauses: Record<Of<'interrupted'>['why'], true> = {
  stopping: true,
  'hop-must-wait': true,
  'memory-full': true,
  'robots-first': true,
  'turn-passed': true,
  'no-network': true,
  'machine-full': true,
};
const keysOf = <K extends string>(record: Record<K, true>): K[] => Object.keys(record) as K[];

const outcomes: FetchOutcome[] = [
  ...keysOf(stages).map((stage) => ({ kind: 'timed-out' as const, stage, trace })),
  ...keysOf(cuts).map((why) => ({ kind: 'cut-short' as const, why, trace })),
  ...keysOf(bans).map((why) => ({ kind: 'forbidden' as const, why, trace })),
  { kind: 'unsendable', trace },
  ...keysOf(pauses).map((why) => ({ kind: 'interrupted' as const, why, trace })),
  ...unreachableReasons.map((reason) => ({
    kind: 'unreachable' as const,
    stage: 'dns' as const,
    reason,
    temporary: true,
    trace,
  })),
];

describe('docs/outcomes.md', () => {
  it.each(outcomeClasses)('has a section on the class %s', (name) => {
    expect(page).toContain(`\n## ${name}\n`);
  });

  it.each(
    outcomes.map((outcome) => classify(outcome, { number: 4, most: 4 }, { nowMs: 0, retryAfterCapMs: 1 }).reason),
  )('explains the reason %s', (reason) => {
    expect(words).toContain(reason);
  });

  it.each([200, 304, 404, 429, 500, 503])('explains the reasons of statuses, for instance of %i', (status) => {
    expect(words).toContain(`status-${status}`);
  });

  it('has only reasons that are one word', () => {
    for (const reason of unreachableReasons) expect(reason).toMatch(/^[a-z-]+$/);
  });
});
