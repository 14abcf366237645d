import { text } from '@trawl/shared/domain/setting-kinds.ts';
import { processSettings } from '@trawl/shared/platform/process-settings.ts';

const { redisUrl, dataDir, logLevel } = processSettings;

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
