import { processSettings } from '@trawl/shared/platform/process-settings.ts';

const {
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
} = processSettings;

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
