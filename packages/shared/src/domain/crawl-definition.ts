import type { CrawlSettings } from './crawl-settings.ts';
import type { RunSpec, SinkSpec, SourceSpec } from './run.ts';

/** What a crawl is, apart from its name: the part of a crawl file that every machine of the fleet needs. */
export type CrawlContent = {
  source: Exclude<SourceSpec, { kind: 'stdin' }>;
  settings: CrawlSettings;
  /** A path may hold `{run}`, in whose place each run has its name. */
  sinks: SinkSpec[];
  /** A file that holds something is emptied by the next run, where it has no name of its own for each. */
  overwrite?: true;
};

/** One version of a crawl. Stored as JSON in the hash `crawl:<name>` under its version. */
export type CrawlDefinition = CrawlContent & {
  name: string;
  /** From 1; a change makes a new one. */
  version: number;
  createdAtMs: number;
};

export const crawlNamePattern = /^[a-z0-9][a-z0-9-]{0,38}$/;

const runPlaceholder = '{run}';

/** The sinks of one run: paths with its name in the place of `{run}`. */
export const sinksOfRun = (sinks: readonly SinkSpec[], run: string): SinkSpec[] =>
  sinks.map((sink) => (sink.kind === 'jsonl' ? { ...sink, path: sink.path.replaceAll(runPlaceholder, run) } : sink));

/** The file that all runs of the crawl would write to; absent where each has its own. */
export const sharedFileOf = ({ sinks }: CrawlContent): string | undefined => {
  const shared = sinks.find((sink) => sink.kind === 'jsonl' && !sink.path.includes(runPlaceholder));
  return shared?.kind === 'jsonl' ? shared.path : undefined;
};

/** A run of the crawl as it will be created; the fleet reads its source. */
export const runOfCrawl = (
  { name, version, source, settings, sinks }: CrawlDefinition,
  { run, createdAtMs, slotMs }: { run: string; createdAtMs: number; slotMs?: number },
): RunSpec => ({
  run,
  createdAtMs,
  source,
  settings,
  sinks: sinksOfRun(sinks, run),
  fedBy: 'fleet',
  crawl: { name, version },
  ...(slotMs === undefined ? {} : { schedule: { slotMs } }),
});
