import { showLength, showSize } from '@trawl/shared/domain/quantities.ts';
import type { RedisReport } from '@trawl/shared/platform/redis-checks.ts';
import { describeCheck } from '@trawl/shared/platform/redis-checks.ts';

/** One line of `trawl doctor`. `warn` costs speed or safety, `bad` keeps Trawl from working. */
export type Diagnosis = { what: string; verdict: 'ok' | 'warn' | 'bad'; says: string; remedy?: string };

/** Bare facts of this machine and its Redis; absent where they could not be found out. */
export type Facts = {
  nodeVersion: string;
  /** Files that one process may have open. */
  openFiles?: number;
  /** URLs in flight in one worker. */
  concurrency: number;
  dataDir: string;
  freeBytes?: number;
  redis:
    | { kind: 'answers'; at: string; report: RedisReport; offsetMs: number }
    | { kind: 'unusable'; message: string; remedy: string };
};

export const diagnose = (facts: Facts): Diagnosis[] => [
  node(facts),
  ...redis(facts),
  openFiles(facts),
  diskSpace(facts),
];

const neededNode = 24;

function node({ nodeVersion }: Facts): Diagnosis {
  const isNew = Number.parseInt(nodeVersion, 10) >= neededNode;
  const about = { what: 'Node', says: nodeVersion };
  return isNew
    ? { ...about, verdict: 'ok' }
    : {
        ...about,
        verdict: 'bad',
        remedy: `Install Node ${neededNode}, or run npm install in the repository, which brings it along.`,
      };
}

const worryingOffsetMs = 1000;

function redis({ redis: found }: Facts): Diagnosis[] {
  if (found.kind === 'unusable') return [{ what: 'Redis', verdict: 'bad', says: found.message, remedy: found.remedy }];
  const { at, report, offsetMs } = found;
  const { problems, warnings, facts } = report;
  const usedMemory = `${showSize(facts.usedMemoryBytes)} used${facts.maxmemoryBytes > 0 ? ` of ${showSize(facts.maxmemoryBytes)}` : ''}`;
  const isFar = Math.abs(offsetMs) > worryingOffsetMs;
  return [
    { what: 'Redis', verdict: 'ok', says: `${facts.product} at ${at}, ${usedMemory}` },
    ...problems.map(
      (check): Diagnosis => ({ what: check.setting, verdict: 'bad', says: describeCheck(check), remedy: check.remedy }),
    ),
    ...warnings.map(
      (check): Diagnosis => ({
        what: check.setting,
        verdict: 'warn',
        says: describeCheck(check),
        remedy: check.remedy,
      }),
    ),
    ...(problems.length + warnings.length === 0
      ? [{ what: 'durability', verdict: 'ok' as const, says: 'append-only file on, no eviction' }]
      : []),
    {
      what: 'clock',
      verdict: isFar ? 'warn' : 'ok',
      says: `${showLength(Math.abs(offsetMs))} ${offsetMs < 0 ? 'ahead of' : 'behind'} the clock of Redis`,
      ...(isFar
        ? { remedy: 'Politeness is safe, but retries come early or late: let NTP set the clock of this machine.' }
        : {}),
    },
  ];
}

/** Connections, their DNS queries, Redis, logs and files of bodies. */
const filesBesides = 200;

function openFiles({ openFiles: most, concurrency }: Facts): Diagnosis {
  const wanted = concurrency * 2 + filesBesides;
  if (most === undefined)
    return {
      what: 'open files',
      verdict: 'warn',
      says: 'could not be found out',
      remedy: `ulimit -n should say ${wanted} or more.`,
    };
  const says = `${most === Number.POSITIVE_INFINITY ? 'unlimited' : most}, for ${concurrency} URLs in flight in one worker`;
  if (most >= wanted) return { what: 'open files', verdict: 'ok', says };
  return {
    what: 'open files',
    verdict: most < concurrency + filesBesides ? 'bad' : 'warn',
    says,
    remedy: `ulimit -n ${wanted}, or a lower --concurrency.`,
  };
}

const littleBytes = 1024 ** 3;
const tooLittleBytes = 100 * 1024 ** 2;

function diskSpace({ freeBytes, dataDir }: Facts): Diagnosis {
  if (freeBytes === undefined)
    return { what: 'disk', verdict: 'warn', says: `the free space for ${dataDir} could not be found out` };
  const says = `${showSize(freeBytes)} free for ${dataDir}`;
  if (freeBytes >= littleBytes) return { what: 'disk', verdict: 'ok', says };
  return {
    what: 'disk',
    verdict: freeBytes < tooLittleBytes ? 'bad' : 'warn',
    says,
    remedy: 'Make room, or name another directory with --data-dir and --out.',
  };
}
