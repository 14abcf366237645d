import { expect, test } from 'vitest';
import { type Diagnosis, diagnose, type Facts } from '../../apps/cli/src/doctor/diagnose.ts';
import { readFreeBytes, readOpenFiles } from '../../apps/cli/src/doctor/machine-facts.ts';

const redisFacts = {
  engine: 'redis' as const,
  version: '7.2.0',
  product: 'Redis 7.2.0',
  mode: 'standalone',
  role: 'master',
  maxmemoryPolicy: 'noeviction',
  maxmemoryBytes: 0,
  usedMemoryBytes: 1024,
  appendonly: true,
  appendfsync: 'everysec',
  hashMaxListpackValue: 512,
  configAllowed: true,
};

const healthy: Facts = {
  nodeVersion: '24.1.0',
  openFiles: 20_000,
  concurrency: 128,
  dataDir: '/data',
  freeBytes: 50 * 1024 ** 3,
  redis: {
    kind: 'answers',
    at: '127.0.0.1:6379',
    report: { problems: [], warnings: [], facts: redisFacts },
    offsetMs: 2,
  },
};

const check = {
  setting: 'maxmemory-policy',
  found: 'allkeys-lru',
  wanted: 'noeviction',
  why: 'lost',
  remedy: 'CONFIG SET',
};

const about = (what: string, change: Partial<Facts>): Diagnosis | undefined =>
  diagnose({ ...healthy, ...change }).find((diagnosis) => diagnosis.what === what);

test('a healthy machine has nothing to mend', () => {
  expect(new Set(diagnose(healthy).map(({ verdict }) => verdict))).toEqual(new Set(['ok']));
});

test('everything that is not well comes with a remedy', () => {
  const report = { problems: [check], warnings: [{ ...check, setting: 'appendonly' }], facts: redisFacts };
  const ill: Facts = {
    ...healthy,
    nodeVersion: '20.1.0',
    openFiles: 100,
    freeBytes: 1000,
    redis: { kind: 'answers', at: 'x', report, offsetMs: -5000 },
  };
  const unwell = diagnose(ill).filter(({ verdict }) => verdict !== 'ok');
  expect(unwell.map(({ what, verdict }) => [what, verdict])).toEqual([
    ['Node', 'bad'],
    ['maxmemory-policy', 'bad'],
    ['appendonly', 'warn'],
    ['clock', 'warn'],
    ['open files', 'bad'],
    ['disk', 'bad'],
  ]);
  expect(unwell.every(({ remedy }) => remedy !== undefined && remedy !== '')).toBe(true);
});

test('a Redis that cannot be had says why and how to get one', () => {
  expect(about('Redis', { redis: { kind: 'unusable', message: 'no binary', remedy: 'apt-get' } })).toMatchObject({
    verdict: 'bad',
    says: 'no binary',
    remedy: 'apt-get',
  });
});

test('open files are measured against the concurrency', () => {
  expect(about('open files', { openFiles: 1024, concurrency: 128 })?.verdict).toBe('ok');
  expect(about('open files', { openFiles: 1024, concurrency: 600 })?.verdict).toBe('warn');
  expect(about('open files', { openFiles: 1024, concurrency: 1000 })?.verdict).toBe('bad');
  expect(about('open files', { openFiles: Number.POSITIVE_INFINITY })?.says).toContain('unlimited');
});

test('the facts of this machine can be found out', async () => {
  expect(await readOpenFiles()).toBeGreaterThan(0);
  expect(await readFreeBytes('/this/does/not/exist')).toBeGreaterThan(0);
});
