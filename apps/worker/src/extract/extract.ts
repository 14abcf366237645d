import type { CrawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import type { FetchOutcome, ResponseHeaders } from '@trawl/shared/domain/fetch-outcome.ts';
import type { FrontierLine } from '@trawl/shared/domain/frontier-line.ts';
import type { OutcomeClass } from '@trawl/shared/domain/outcome-class.ts';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import type { OutcomeSummary } from '@trawl/shared/domain/outcome-summary.ts';
import { inlineBody } from './inline-body.ts';

/** What a run keeps of its outcomes. Header names are lower case. */
export type RecordPolicy = { keepHeaders: string[]; bodies: CrawlSettings['bodies'] };

export const recordPolicyOf = (settings: Pick<CrawlSettings, 'keepHeaders' | 'bodies'>): RecordPolicy => ({
  keepHeaders: settings.keepHeaders.map((name) => name.toLowerCase()),
  bodies: settings.bodies,
});

export type RecordInput = {
  run: string;
  host: string;
  line: FrontierLine;
  /** Absent where nothing was fetched (crashed, cancelled). */
  outcome: FetchOutcome | undefined;
  verdict: { class: OutcomeClass; reason: string };
  /** Tries spent, this one included. */
  attempts: number;
  /** From the release of the URL to the start of this execution. */
  queuedMs: number;
  /** ISO 8601 UTC. */
  at: string;
  policy: RecordPolicy;
};

/** The record of a final outcome: its JSON text of one line for the sinks, and its summary for the report. */
export const recordOf = (input: RecordInput): { json: string; summary: OutcomeSummary } => {
  const { outcome, policy } = input;
  const record: OutcomeRecord = { ...lineFields(input), ...(outcome && traceFields(outcome, input.queuedMs)) };
  if (outcome?.kind === 'answered') Object.assign(record, answerFields(outcome, policy));
  const json = JSON.stringify(record);
  const body = outcome?.kind === 'answered' ? bodyFields(outcome, policy) : '';
  return { json: body === '' ? json : `${json.slice(0, -1)}${body}}`, summary: summaryOf(input) };
};

type Answered = Extract<FetchOutcome, { kind: 'answered' }>;

const lineFields = ({ run, line, verdict, attempts, at }: RecordInput): OutcomeRecord => ({
  run,
  seq: line.seq,
  line: line.line,
  url: line.url,
  class: verdict.class,
  reason: verdict.reason,
  attempts,
  at,
});

const traceFields = (outcome: FetchOutcome, queuedMs: number): Partial<OutcomeRecord> => {
  const { finalUrl, redirects, wireBytes, bodyBytes, timings } = outcome.trace;
  const status = statusOf(outcome);
  return {
    ...(status > 0 && { status }),
    finalUrl,
    ...(redirects.length > 0 && { redirects }),
    timings: {
      queuedMs: tenths(queuedMs),
      dnsMs: tenths(timings.dnsMs),
      connectMs: tenths(timings.connectMs),
      ttfbMs: tenths(timings.ttfbMs),
      totalMs: tenths(timings.totalMs),
    },
    wireBytes,
    bodyBytes,
  };
};

const answerFields = ({ headers, body }: Answered, { keepHeaders }: RecordPolicy): Partial<OutcomeRecord> => {
  const contentType = headers['content-type'];
  return {
    ...(contentType !== undefined && { contentType }),
    ...(body.sha256 !== undefined && { sha256: body.sha256 }),
    headers: selectedHeaders(headers, keepHeaders),
    ...(body.file !== undefined && { bodyFile: body.file }),
  };
};

/** A header named __proto__ is a header. */
const selectedHeaders = (headers: ResponseHeaders, names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (Object.hasOwn(headers, name) ? [[name, headers[name] as string]] : [])));

/** The body's fields as JSON text that continues the record. */
const bodyFields = ({ headers, body }: Answered, { bodies }: RecordPolicy): string => {
  if (bodies === 'none' || bodies === 'files') return '';
  const inline = inlineBody(body, headers['content-type'], { jsonOnly: bodies === 'json' });
  if (inline === undefined) return '';
  return `,"body":${inline}${body.truncated ? ',"bodyTruncated":true' : ''}`;
};

const summaryOf = ({ line, host, outcome, verdict, attempts }: RecordInput): OutcomeSummary => ({
  seq: line.seq,
  class: verdict.class,
  reason: verdict.reason,
  status: outcome === undefined ? 0 : statusOf(outcome),
  attempts,
  totalMs: outcome?.trace.timings.totalMs ?? 0,
  wireBytes: outcome?.trace.wireBytes ?? 0,
  // What we broke off ourselves says nothing about the host.
  host: verdict.class === 'cancelled' ? '-' : host,
});

const statusOf = (outcome: FetchOutcome): number => ('status' in outcome ? (outcome.status ?? 0) : 0);

const tenths = (ms: number): number => Math.round(ms * 10) / 10;
