import { describeCheck, problemsOf, warningsOf } from '@trawl/shared/platform/redis-checks.ts';
import { parseInfo, type RedisFacts } from '@trawl/shared/platform/redis-facts.ts';
import { describe, expect, test } from 'vitest';

const good: RedisFacts = {
  engine: 'redis',
  version: '7.0.15',
  product: 'Redis 7.0.15',
  mode: 'standalone',
  role: 'master',
  maxmemoryPolicy: 'noeviction',
  maxmemoryBytes: 0,
  usedMemoryBytes: 1e6,
  appendonly: true,
  appendfsync: 'everysec',
  hashMaxListpackValue: 512,
  configAllowed: true,
};

test('a Redis as Trawl would start it has neither problems nor warnings', () => {
  expect([...problemsOf(good), ...warningsOf(good)]).toEqual([]);
});

describe('refused is', () => {
  test.each<[string, Partial<RedisFacts>, string]>([
    ['a server before version 7', { version: '6.2.14', product: 'Redis 6.2.14' }, 'version'],
    ['a policy that evicts keys', { maxmemoryPolicy: 'volatile-lru' }, 'maxmemory-policy'],
    ['a cluster', { mode: 'cluster' }, 'cluster-enabled'],
    ['a replica', { role: 'slave' }, 'role'],
  ])('%s', (_, change, setting) => {
    expect(problemsOf({ ...good, ...change }).map((check) => check.setting)).toEqual([setting]);
  });

  test('with all its faults at once', () => {
    const setting = (facts: RedisFacts) => problemsOf(facts).map((check) => check.setting);
    expect(setting({ ...good, version: '6.0.0', maxmemoryPolicy: 'allkeys-lru' })).toEqual([
      'version',
      'maxmemory-policy',
    ]);
  });
});

describe('a warning is given for', () => {
  test.each<[string, Partial<RedisFacts>, string]>([
    ['no append-only file', { appendonly: false }, 'appendonly'],
    ['an append-only file that is never synced', { appendfsync: 'no' }, 'appendfsync'],
    ['hashes that grow with long URLs', { hashMaxListpackValue: 64 }, 'hash-max-listpack-value'],
    ['little memory', { maxmemoryBytes: 100 * 1024 ** 2 }, 'maxmemory'],
    [
      'a server that hides its settings',
      { configAllowed: false, appendfsync: undefined, hashMaxListpackValue: undefined },
      'CONFIG GET',
    ],
  ])('%s', (_, change, setting) => {
    expect(warningsOf({ ...good, ...change }).map((check) => check.setting)).toEqual([setting]);
  });

  test('nothing that the server does not tell', () => {
    expect(problemsOf({ ...good, maxmemoryPolicy: undefined })).toEqual([]);
    expect(warningsOf({ ...good, appendonly: undefined })).toEqual([]);
  });
});

test('a check names the setting, what it is, what it must be, and the command that mends it', () => {
  const [check] = problemsOf({ ...good, maxmemoryPolicy: 'allkeys-lru' });
  expect(check && describeCheck(check)).toBe(
    'maxmemory-policy is allkeys-lru, must be noeviction: an evicted key is a lost outcome or a lost lock',
  );
  expect(check?.remedy).toContain('CONFIG SET maxmemory-policy noeviction');
});

test('INFO is read line by line, a value may hold colons', () => {
  expect(parseInfo('# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n')).toEqual({
    redis_version: '7.0.15',
    executable: '/a:b',
  });
});
