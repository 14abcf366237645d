import type { OutcomeClass } from './outcome-class.ts';

/** What the report needs of a record, so that the collector need not parse it. */
export type OutcomeSummary = {
  seq: number;
  class: OutcomeClass;
  reason: string;
  /** 0 where no response head arrived. */
  status: number;
  attempts: number;
  totalMs: number;
  wireBytes: number;
  /** '-' where the line named no host. */
  host: string;
};

/** The stream's field name of a record: eight words, no spaces inside a word. */
export const encodeSummary = (s: OutcomeSummary): string =>
  `${s.seq} ${s.class} ${s.reason} ${s.status} ${s.attempts} ${Math.round(s.totalMs)} ${s.wireBytes} ${s.host}`;

export const decodeSummary = (text: string): OutcomeSummary => {
  const [seq, outcome, reason, status, attempts, totalMs, wireBytes, host] = text.split(' ');
  return {
    seq: Number(seq),
    class: outcome as OutcomeClass,
    reason: reason ?? '',
    status: Number(status),
    attempts: Number(attempts),
    totalMs: Number(totalMs),
    wireBytes: Number(wireBytes),
    host: host ?? '-',
  };
};
