import { text, yesNo } from '@trawl/shared/domain/setting-kinds.ts';
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
  run: { flag: 'run', kind: text, default: '', help: 'feed this run from its source; without it, only release' },
  ingestOnly: { flag: 'ingest-only', kind: yesNo, default: false, help: 'feed, but do not release; end when fed' },
} as const;
