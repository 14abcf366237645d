import { encodeLine } from '@trawl/shared/domain/frontier-line.ts';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import { encodeSummary } from '@trawl/shared/domain/outcome-summary.ts';
import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import type { PushItem } from '@trawl/shared/frontier/frontier.ts';
import { canonicalise } from './canonicalise.ts';
import { fingerprint } from './fingerprint.ts';
import { quoteLine } from './quote-line.ts';
import { withUrlCredentials } from './url-credentials.ts';

/** One input line as its source numbered it; `problem` when the source could not even read a URL from it. */
export type NumberedLine = { line: number; seq: number; text: string; overrides?: RequestOverrides; problem?: string };

/** A line becomes a URL of the frontier, or an outcome `invalid` with the reason. */
export const toPushItem = (
  input: NumberedLine,
  context: { run: string; atIso: string; keepDuplicates: boolean; urlCredentials: boolean },
): PushItem => {
  const parsed = input.problem === undefined ? canonicalise(input.text) : undefined;
  if (parsed?.kind !== 'url') return invalid(input, parsed?.reason ?? input.problem ?? 'not-a-url', context);
  const { seq, line } = input;
  const overrides = context.urlCredentials ? withUrlCredentials(input.text, input.overrides) : input.overrides;
  const record = encodeLine({
    seq,
    release: 0,
    line,
    attempts: 0,
    deferredSinceMs: 0,
    url: parsed.url,
    ...(overrides && { overrides }),
  });
  const item: PushItem = { kind: 'url', host: parsed.host, record };
  return context.keepDuplicates ? item : { ...item, fingerprint: fingerprint(parsed.url, overrides) };
};

const invalid = (input: NumberedLine, reason: string, context: { run: string; atIso: string }): PushItem => {
  const { seq, line } = input;
  const url = quoteLine(input.text);
  const record: OutcomeRecord = { run: context.run, seq, line, url, class: 'invalid', reason, at: context.atIso };
  const summary = {
    seq,
    class: 'invalid',
    reason,
    status: 0,
    attempts: 0,
    totalMs: 0,
    wireBytes: 0,
    host: '-',
  } as const;
  return { kind: 'invalid', summary: encodeSummary(summary), json: JSON.stringify(record) };
};
