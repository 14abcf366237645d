import type { OutcomeClass } from './outcome-class.ts';

/**
 * What sinks receive: one JSON object a line, one per input line of a run.
 * Times are ms, sizes bytes; `at` is ISO 8601 UTC of the end. Absent fields do not apply to the class.
 */
export type OutcomeRecord = {
  run: string;
  /** Number of the input within its run, from 0. */
  seq: number;
  /** Physical line (or record) number in the source, from 1. */
  line: number;
  url: string;
  class: OutcomeClass;
  reason: string;
  status?: number;
  finalUrl?: string;
  redirects?: { status: number; url: string }[];
  attempts?: number;
  timings?: { queuedMs: number; dnsMs: number; connectMs: number; ttfbMs: number; totalMs: number };
  wireBytes?: number;
  bodyBytes?: number;
  contentType?: string;
  sha256?: string;
  headers?: Record<string, string>;
  /** JSON value, or text with `--bodies inline`; `bodyTruncated` when the limit cut it. */
  body?: unknown;
  bodyTruncated?: boolean;
  /** Path below the bodies directory, with `--bodies files`. */
  bodyFile?: string;
  at: string;
};
