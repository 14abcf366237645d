/** What `trawl report` shows of a run beyond its classes; read from counters, never by scanning records. */
export type ReportFigures = {
  /** HTTP status -> n, of answered requests. */
  statuses: Record<string, number>;
  /** `<class> <reason>` -> n */
  reasons: Record<string, number>;
  /** Of all lines that asked a host; ms, within 5 % of the true value. */
  latencyMs: { p50: number; p90: number; p95: number; p99: number; most: number } | undefined;
  wireBytes: number;
  attempts: number;
  retries: number;
  /** Outcomes collected in each span of the run; spans of one width, times in ms since the first outcome. */
  throughput: { fromMs: number; widthMs: number; outcomes: number }[];
};
