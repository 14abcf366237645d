import type { CrawlSettings } from './crawl-settings.ts';

/**
 * A run's life: feeding (the source is being read) -> draining (all lines pushed) -> finished (all bits set). A run that is not
 * finished may be paused, which changes nothing but that no URL of it starts; or cancelled, and then the lines that have no
 * outcome yet end as `cancelled`.
 */
export type RunState = 'feeding' | 'draining' | 'finished';

/** What a run was started with; never changes. Stored as JSON in `run:<run>` field `spec`. */
export type RunSpec = {
  run: string;
  createdAtMs: number;
  source: SourceSpec;
  settings: CrawlSettings;
  /** Names of the sinks and where they write. */
  sinks: SinkSpec[];
  /** Who reads the source: any producer that serves the fleet; absent: the command that created the run. */
  fedBy?: 'fleet';
  /** The definition that it came from, as it was then. */
  crawl?: { name: string; version: number };
  /** The firing that started it. */
  schedule?: { slotMs: number };
};

/** Where the lines come from. Paths are absolute. Compression is recognised by content. */
export type SourceSpec =
  | { kind: 'text' | 'stdin'; path: string; identity?: SourceIdentity }
  | { kind: 'csv'; path: string; column: string; identity?: SourceIdentity }
  | { kind: 'jsonl'; path: string; field: string; identity?: SourceIdentity }
  | { kind: 'urls'; urls: string[] };

/** Tells a changed file from the one that the run began with. */
export type SourceIdentity = { sizeBytes: number; sha256: string };

export type SinkSpec =
  /** Absolute path, or '-' for the collector's stdout. Ends in .gz: compressed. */
  | { kind: 'jsonl'; path: string }
  /** The outcome stream itself is kept. */
  | { kind: 'redis'; retentionMs: number; maxRecords: number };

/** A run as Redis knows it now. Times are Redis ms, absent until they happened. */
export type RunStatus = {
  run: string;
  state: RunState;
  spec: RunSpec;
  createdAtMs: number;
  firstPushAtMs?: number;
  lastOutcomeAtMs?: number;
  finishedAtMs?: number;
  /** Set when every sink holds every record. */
  collectedAtMs?: number;
  /** No URL of it starts until it is resumed. */
  paused: boolean;
  cancelledAtMs?: number;
  /** Why its source could not be read to the end. */
  problem?: string;
  /** Lines in the frontier; 0 once the run is finished. */
  waiting: number;
  /** Lines pushed so far; the total once state is not `feeding`. */
  pushed: number;
  recorded: number;
  classes: Partial<Record<string, number>>;
  /** Lines of this run that were released and have no outcome yet: waiting in BullMQ, in flight or backing off. */
  released: number;
  /** Committed records of this run that no sink has yet. */
  uncollected: number;
};
