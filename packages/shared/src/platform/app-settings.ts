import { text, yesNo } from '../domain/setting-kinds.ts';
import { processSettings } from './process-settings.ts';

// Which rows each process takes; the CLI's commands of the same names take them too, and apps never import apps.
const { redisUrl, dataDir, logLevel, leaseMs, window, backlogBytes, sinkLagBytes, sweepIntervalMs } = processSettings;
const { concurrency, lockMs, stalledIntervalMs, jobDeadlineMs, graceMs, dnsServers } = processSettings;

/** What a producer process may be told. */
export const producerSettings = {
  redisUrl,
  dataDir,
  logLevel,
  leaseMs,
  window,
  backlogBytes,
  sinkLagBytes,
  sweepIntervalMs,
  run: { flag: 'run', kind: text, default: '', help: 'feed this run from its source; without it, only release' },
  ingestOnly: { flag: 'ingest-only', kind: yesNo, default: false, help: 'feed, but do not release; end when fed' },
} as const;

/** What a worker process may be told. */
export const workerSettings = {
  redisUrl,
  dataDir,
  logLevel,
  concurrency,
  lockMs,
  stalledIntervalMs,
  jobDeadlineMs,
  leaseMs,
  graceMs,
  dnsServers,
} as const;

/** What a collector process may be told. */
export const collectorSettings = {
  redisUrl,
  dataDir,
  logLevel,
  run: {
    flag: 'run',
    kind: text,
    default: '',
    help: 'collect this run only and end once it is collected; without it, all runs for ever',
  },
} as const;
