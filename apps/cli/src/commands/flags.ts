import { crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { scheduleSettings } from '@trawl/shared/domain/schedule-settings.ts';
import { choice, count, duration, list, text, yesNo } from '@trawl/shared/domain/setting-kinds.ts';
import { boardSettings } from '@trawl/shared/platform/app-settings.ts';
import { processSettings } from '@trawl/shared/platform/process-settings.ts';

/** Where a run gets its lines and puts its records. */
export const runSettings = {
  crawl: {
    flag: 'crawl',
    kind: text,
    default: '',
    help: 'a YAML file with any of these flags; flags and variables win over it',
  },
  format: {
    flag: 'format',
    kind: choice('auto', 'text', 'csv', 'jsonl'),
    default: 'auto',
    help: 'of the source; auto = by its extension',
  },
  column: { flag: 'column', kind: text, default: 'url', help: 'column of a CSV source that holds the URL' },
  field: { flag: 'field', kind: text, default: 'url', help: 'field of a JSON Lines source that holds the URL' },
  name: {
    flag: 'name',
    kind: text,
    default: '',
    help: "what the run's name begins with; empty = the name of the source",
  },
  sink: { flag: 'sink', kind: list, default: ['jsonl'], help: 'where records go: jsonl, redis, or both' },
  out: {
    flag: 'out',
    kind: text,
    default: '',
    help: 'file of the sink jsonl (.gz: compressed), {run} = name of the run, - for stdout; empty = results/{run}.jsonl in the data directory',
  },
  overwrite: { flag: 'overwrite', kind: yesNo, default: false, help: 'empty the --out file if it holds something' },
  retentionMs: {
    flag: 'retention',
    kind: duration({ minMs: 1000 }),
    default: 7 * 86_400_000,
    help: 'how long the sink redis keeps records',
  },
  retentionRecords: {
    flag: 'retention-records',
    kind: count({ min: 1 }),
    default: 1_000_000,
    help: 'most records that the sink redis keeps of a run',
  },
} as const;

/** How a command that watches a run speaks. */
export const watchSettings = {
  failOn: {
    flag: 'fail-on',
    kind: list,
    default: [],
    help: 'exit 1 when a condition holds: failed>0, failed>5%, http-error>10, unreachable',
  },
  json: { flag: 'json', kind: yesNo, default: false, help: 'JSON lines on stdout: progress, then the report' },
  quiet: { flag: 'quiet', kind: yesNo, default: false, help: 'neither progress nor report' },
} as const;

/** How a command that only looks speaks. */
export const lookSettings = {
  json: { flag: 'json', kind: yesNo, default: false, help: 'JSON on stdout' },
} as const;

const { redisUrl, redisCa, dataDir, workers, ...othersOfProcesses } = processSettings;

/** Where the runs are. */
export const placeSettings = { redisUrl, redisCa, dataDir } as const;

/** What the processes of a fleet on this machine are told. */
export const fleetSettings = { workers, ...othersOfProcesses } as const;

export const runFlags = {
  ...runSettings,
  ...watchSettings,
  ...crawlSettings,
  ...placeSettings,
  ...fleetSettings,
} as const;

export const resumeFlags = { ...watchSettings, ...placeSettings, ...fleetSettings } as const;

/** `cancel` may have to read the rest of a source. */
export const cancelFlags = { ...lookSettings, ...placeSettings, ...fleetSettings } as const;

export const lookFlags = { ...lookSettings, ...placeSettings } as const;

export const doctorFlags = { ...lookFlags, concurrency: processSettings.concurrency } as const;

export const boardFlags = {
  ...boardSettings,
  hashPasswordOf: {
    flag: 'hash-password',
    kind: text,
    default: '',
    help: 'print USER:HASH for this user and a password from stdin, and end',
  },
} as const;

export const scheduleFlags = { ...scheduleSettings, ...lookFlags } as const;
