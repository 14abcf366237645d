import { processSettings } from '@trawl/shared/platform/process-settings.ts';

const { redisUrl, dataDir, logLevel, leaseMs, window, backlogBytes, sinkLagBytes, sweepIntervalMs } = processSettings;

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
} as const;
