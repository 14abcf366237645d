import { z } from 'zod';
import type { Kind, SettingProblem, SettingsOf } from '../domain/setting.ts';
import { variableOf } from '../domain/setting.ts';
import { bytes, choice, count, duration, text } from '../domain/setting-kinds.ts';
import { healthAddress } from './health/health-address.ts';
import { logLevels } from './log-level.ts';
import { hostNames, nameServers, networks } from './network-kinds.ts';
import { parseRedisUrl, redisUrlForms } from './redis-url.ts';

/** Empty as default only: Trawl starts a Redis of its own. An empty REDIS_URL is refused, not read as absent. */
const redisUrl: Kind<string> = {
  name: 'url',
  expects: `${redisUrlForms} (percent-encode special characters)`,
  schema: z.string().min(1).refine(isRedisUrl),
  show: (value) => (value === '' ? '(a Redis of its own, in the data directory)' : value),
  secret: true,
};

/** What processes are told, as opposed to crawls: flags and variables of every command; each app picks its rows. */
export const processSettings = {
  redisUrl: {
    flag: 'redis',
    variable: 'REDIS_URL',
    kind: redisUrl,
    default: '',
    help: 'the Redis that the fleet shares: redis://, or redis+sentinel:// with Sentinels and the name of the master; rediss for TLS',
  },
  redisCa: {
    flag: 'redis-ca',
    variable: 'REDIS_CA',
    kind: text,
    default: '',
    help: 'PEM file of the authority that the certificate of Redis is checked by; none = those that Node knows',
  },
  dataDir: {
    flag: 'data-dir',
    kind: text,
    default: '.trawl',
    help: 'where an own Redis, spooled input and bodies are kept',
  },
  logLevel: {
    flag: 'log-level',
    kind: choice(...logLevels),
    default: 'info',
    help: 'least level that is logged to stderr',
  },
  health: {
    flag: 'health',
    kind: healthAddress,
    default: { host: '127.0.0.1', port: 0 },
    help: 'where /healthz, /readyz and /metrics answer; port 0 = any free one; `trawl run` and `enqueue` start their processes with off',
  },
  workers: {
    flag: 'workers',
    kind: count({ min: 1, max: 256 }),
    default: 2,
    help: 'worker processes that `trawl run` starts',
  },
  concurrency: {
    flag: 'concurrency',
    kind: count({ min: 1, max: 10_000 }),
    default: 128,
    help: 'URLs in flight in one worker process',
  },
  bodyMemoryBytes: {
    flag: 'body-memory',
    kind: bytes({ min: 4 * 1024 ** 2 }),
    default: 96 * 1024 ** 2,
    help: 'bodies in flight that one worker process holds in memory; what goes beyond waits',
  },
  lockMs: {
    flag: 'lock',
    kind: duration({ minMs: 1000 }),
    default: 60_000,
    help: 'how long a job stays with a worker that gives no sign of life',
  },
  jobDeadlineMs: {
    flag: 'job-deadline',
    kind: duration({ minMs: 500 }),
    default: 45_000,
    help: 'longest that one execution of a job may take; shorter than the lock',
  },
  stalledIntervalMs: {
    flag: 'stalled-interval',
    kind: duration({ minMs: 100 }),
    default: 15_000,
    help: 'how often jobs of dead workers are looked for',
  },
  leaseMs: {
    flag: 'lease',
    kind: duration({ minMs: 1000 }),
    default: 180_000,
    help: "how long a host's slot is kept for a worker that died; job deadline, lock and two stalled intervals together",
  },
  graceMs: {
    flag: 'grace',
    kind: duration({ minMs: 0 }),
    default: 10_000,
    help: 'time of a stopping worker to finish what it fetches',
  },
  window: {
    flag: 'window',
    kind: count({ min: 0, max: 3000 }),
    default: 0,
    help: 'most URLs released to the queue at once; 0 = twice the concurrency of the fleet',
  },
  backlogBytes: {
    flag: 'backlog',
    kind: bytes({ min: 64 * 1024 }),
    default: 96 * 1024 ** 2,
    help: 'memory that waiting URLs may take in Redis before the producer pauses',
  },
  sinkLagBytes: {
    flag: 'sink-lag',
    kind: bytes({ min: 64 * 1024 }),
    default: 64 * 1024 ** 2,
    help: 'memory that records without a sink may take in Redis before the crawl pauses',
  },
  sweepIntervalMs: {
    flag: 'sweep-interval',
    kind: duration({ minMs: 100 }),
    default: 30_000,
    help: 'how often released URLs without a job are looked for',
  },
  keepRunsMs: {
    flag: 'keep-runs',
    kind: duration({ minMs: 1000 }),
    default: 30 * 86_400_000,
    help: 'how long Redis keeps the books and the report of a run once its sinks hold all of it; files stay',
  },
  allowPrivate: {
    flag: 'allow-private',
    kind: networks,
    default: [],
    help: 'networks outside of the public internet that workers may connect to; without it none: see docs/security.md',
  },
  resolvers: {
    flag: 'resolver',
    kind: nameServers,
    default: [],
    help: 'name servers that workers ask; none = those of the system',
  },
  ca: {
    flag: 'ca',
    kind: text,
    default: '',
    help: 'PEM file of certificate authorities that workers believe besides those that Node knows',
  },
  insecureHosts: {
    flag: 'insecure-host',
    kind: hostNames,
    default: [],
    help: 'hosts whose certificates workers do not check',
  },
} as const;

export type ProcessSettings = SettingsOf<typeof processSettings>;

/** Problems between settings that are fine one by one. Takes any part of the table: what is absent is not checked. */
export const processSettingProblems = (values: Partial<ProcessSettings>): SettingProblem[] => {
  const { jobDeadlineMs, lockMs, leaseMs } = values;
  const problems: SettingProblem[] = [];
  if (jobDeadlineMs !== undefined && lockMs !== undefined && jobDeadlineMs >= lockMs)
    problems.push(
      notBelow('lockMs', { jobDeadlineMs, limitMs: lockMs }, 'another worker would take a job that is still running'),
    );
  if (jobDeadlineMs !== undefined && leaseMs !== undefined && jobDeadlineMs >= leaseMs)
    problems.push(
      notBelow('leaseMs', { jobDeadlineMs, limitMs: leaseMs }, "a host's slot would be given away while it is in use"),
    );
  return problems;
};

const notBelow = (
  limit: 'lockMs' | 'leaseMs',
  { jobDeadlineMs, limitMs }: { jobDeadlineMs: number; limitMs: number },
  consequence: string,
): SettingProblem => {
  const { jobDeadlineMs: deadline, [limit]: other } = processSettings;
  return {
    flag: deadline.flag,
    variable: variableOf(deadline),
    message:
      `${deadline.kind.show(jobDeadlineMs)} is not below the ${other.flag} of ${other.kind.show(limitMs)} ` +
      `(--${other.flag}, ${variableOf(other)}): ${consequence}`,
  };
};

function isRedisUrl(given: string): boolean {
  try {
    parseRedisUrl(given);
    return true;
  } catch {
    return false;
  }
}
