import { listenAddress } from '../domain/listen-address.ts';
import { text, yesNo } from '../domain/setting-kinds.ts';
import { boardCredentials } from './board-credentials.ts';
import { processSettings } from './process-settings.ts';

// Which rows each process takes; the CLI's commands of the same names take them too, and apps never import apps.
const { redisUrl, redisCa, dataDir, logLevel, health, leaseMs, window, backlogBytes, sinkLagBytes, sweepIntervalMs } =
  processSettings;
const { concurrency, bodyMemoryBytes, lockMs, stalledIntervalMs, jobDeadlineMs, graceMs } = processSettings;
const { allowPrivate, resolvers, ca, insecureHosts } = processSettings;

/** What a producer process may be told. */
export const producerSettings = {
  redisUrl,
  redisCa,
  dataDir,
  logLevel,
  health,
  leaseMs,
  window,
  backlogBytes,
  sinkLagBytes,
  sweepIntervalMs,
  keepRunsMs: processSettings.keepRunsMs,
  run: { flag: 'run', kind: text, default: '', help: 'feed this run from its source; without it, only release' },
  ingestOnly: { flag: 'ingest-only', kind: yesNo, default: false, help: 'feed, but do not release; end when fed' },
} as const;

/** What a worker process may be told. */
export const workerSettings = {
  redisUrl,
  redisCa,
  dataDir,
  logLevel,
  health,
  concurrency,
  bodyMemoryBytes,
  lockMs,
  stalledIntervalMs,
  jobDeadlineMs,
  leaseMs,
  graceMs,
  allowPrivate,
  resolvers,
  ca,
  insecureHosts,
} as const;

/** What a collector process may be told. */
export const collectorSettings = {
  redisUrl,
  redisCa,
  dataDir,
  logLevel,
  health,
  run: {
    flag: 'run',
    kind: text,
    default: '',
    help: 'collect this run only and end once it is collected; without it, all runs for ever',
  },
} as const;

/** What a board process may be told. */
export const boardSettings = {
  redisUrl,
  redisCa,
  dataDir,
  logLevel,
  listen: {
    flag: 'listen',
    variable: 'TRAWL_BOARD_LISTEN',
    kind: listenAddress,
    default: { host: '127.0.0.1', port: 3000 },
    help: 'where the board answers; other machines reach it only where there are credentials',
  },
  viewers: {
    flag: 'viewer',
    variable: 'TRAWL_BOARD_VIEWER',
    kind: boardCredentials,
    default: [],
    help: 'who may look; `trawl board --hash-password USER` prints such a word',
  },
  operators: {
    flag: 'operator',
    variable: 'TRAWL_BOARD_OPERATOR',
    kind: boardCredentials,
    default: [],
    help: 'who may also pause, resume and cancel',
  },
} as const;
