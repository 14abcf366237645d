import { redisOptions } from '@trawl/shared/platform/redis.ts';
import { parseRedisUrl, placeOf } from '@trawl/shared/platform/redis-url.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { describe, expect, test } from 'vitest';

describe('REDIS_URL', () => {
  test('names a host, and port 6379 and database 0 unless it says otherwise', () => {
    expect(parseRedisUrl('redis://cache')).toEqual({ kind: 'single', host: 'cache', port: 6379, db: 0, tls: false });
    expect(parseRedisUrl('redis://cache:7000/3')).toMatchObject({ port: 7000, db: 3 });
    expect(parseRedisUrl('redis://cache/')).toMatchObject({ db: 0 });
  });

  test('carries a user and a password, percent-decoded', () => {
    expect(parseRedisUrl('redis://me:p%40ss%2Fword@cache')).toMatchObject({ username: 'me', password: 'p@ss/word' });
    expect(parseRedisUrl('redis://:secret@cache')).not.toHaveProperty('username');
  });

  test('asks for TLS with rediss', () => {
    expect(parseRedisUrl('rediss://cache').tls).toBe(true);
  });

  test('may name an IPv6 address, which loses its brackets', () => {
    expect(parseRedisUrl('redis://[::1]:7000')).toMatchObject({ host: '::1' });
  });

  test.each([
    ['nonsense', 'is not a URL'],
    ['http://cache', 'has the scheme http://'],
    ['redis://', 'names no host'],
    ['redis://cache/jobs', 'has the database "jobs", not a number'],
    ['redis://cache/0?family=6', 'carries a ? or # part'],
    ['redis://me:50%@cache', 'has a % in user or password'],
  ])('%s is refused: it %s', (url, what) => {
    expect(() => parseRedisUrl(url)).toThrow(UserError);
    expect(() => parseRedisUrl(url)).toThrow(`REDIS_URL ${what}`);
  });

  test('is never repeated in an error: it may hold a password', () => {
    for (const url of ['redis://me:s3cret@cache/jobs', 'http://me:s3cret@cache', 'redis://me:s3cret@cache:99999'])
      expect(() => parseRedisUrl(url)).not.toThrow('s3cret');
  });
});

describe('a REDIS_URL that names Sentinels', () => {
  const plain = {
    kind: 'sentinel',
    sentinels: [{ host: 's1', port: 26379 }],
    name: 'mymaster',
    db: 0,
    tls: false,
  };

  test('says where they are, whom they watch, and how one gets into Redis', () => {
    expect(parseRedisUrl('redis+sentinel://s1/mymaster')).toEqual(plain);
    expect(parseRedisUrl(' redis+sentinel://me:p%40ss@s1:5000,[::1],10.0.0.2:26380/my%2Dmaster/3 ')).toEqual({
      ...plain,
      sentinels: [
        { host: 's1', port: 5000 },
        { host: '::1', port: 26379 },
        { host: '10.0.0.2', port: 26380 },
      ],
      name: 'my-master',
      username: 'me',
      password: 'p@ss',
      db: 3,
    });
  });

  test('asks for TLS, to them as to Redis, with rediss+sentinel', () => {
    const connection = { ...parseRedisUrl('rediss+sentinel://s1/mymaster'), ca: 'PEM' };
    expect(redisOptions(connection, { role: 'worker' })).toMatchObject({
      enableTLSForSentinelMode: true,
      tls: { ca: 'PEM' },
      sentinelTLS: { ca: 'PEM' },
    });
  });

  test('gives the Sentinels a user and a password of their own, or none', () => {
    const given = 'redis+sentinel://:data@s1/mymaster?sentinel_username=watch&sentinel_password=p%26q';
    expect(parseRedisUrl(given)).toEqual({
      ...plain,
      password: 'data',
      sentinelUsername: 'watch',
      sentinelPassword: 'p&q',
    });
    const options = redisOptions(parseRedisUrl('redis+sentinel://:data@s1/mymaster'), { role: 'worker' });
    expect(options).toMatchObject({ name: 'mymaster', role: 'master', password: 'data' });
    expect(options).not.toHaveProperty('sentinelPassword');
  });

  test.each([
    ['redis+sentinel:///mymaster', 'names no Sentinel'],
    ['redis+sentinel://s1', 'names no master'],
    ['redis+sentinel://s1,s2/', 'names no master'],
    ['redis+sentinel://s1,/mymaster', 'names a Sentinel that is not host[:port]'],
    ['redis+sentinel://s1:port/mymaster', 'names a Sentinel that is not host[:port]'],
    ['redis+sentinel://s1/mymaster/jobs', 'does not end as /master-name[/db]'],
    ['redis+sentinel://s1/mymaster?password=s3cret', 'carries a ? part with something else'],
    ['redis+sentinel://me:s3cret/x@s1/mymaster', 'does not end as /master-name[/db]'],
  ])('%s is refused: it %s', (url, what) => {
    expect(() => parseRedisUrl(url)).toThrow(UserError);
    expect(() => parseRedisUrl(url)).toThrow(`REDIS_URL ${what}`);
    expect(() => parseRedisUrl(url)).not.toThrow('s3cret');
  });

  test('is shown to people without its passwords', () => {
    const url = 'redis+sentinel://me:s3cret@s1,[::1]:5000/mymaster?sentinel_password=s3cret';
    expect(placeOf(parseRedisUrl(url))).toBe('s1:26379,[::1]:5000 (Sentinel, master mymaster)');
  });
});

describe('options of a connection', () => {
  const options = redisOptions(parseRedisUrl('rediss://:secret@cache.example:7000/2'), { role: 'worker' });

  test('say where, and check the name in the certificate', () => {
    expect(options).toMatchObject({
      host: 'cache.example',
      port: 7000,
      db: 2,
      password: 'secret',
      tls: { servername: 'cache.example' },
    });
  });

  test('name the role and the process', () => {
    expect(options.connectionName).toBe(`trawl:worker:${process.pid}`);
  });

  test('let commands wait for a lost Redis for ever, with tries 100 ms to 2.1 s apart', () => {
    expect(options.maxRetriesPerRequest).toBeNull();
    const delays = [1, 2, 5, 6, 50, 5000].map((times) => Number(options.retryStrategy?.(times)));
    expect(delays[0]).toBeGreaterThanOrEqual(100);
    expect(delays[0]).toBeLessThan(201);
    for (const delayMs of delays) expect(delayMs).toBeLessThanOrEqual(2100);
    expect(delays.at(-1)).toBeGreaterThanOrEqual(2000);
  });

  test('leave a server that became a replica, and send the command again elsewhere', () => {
    expect(options.reconnectOnError?.(new Error("READONLY You can't write against a read only replica."))).toBe(2);
    expect(options.reconnectOnError?.(new Error('ERR wrong number of arguments'))).toBe(false);
  });

  test('do not pipeline by themselves', () => {
    expect(options.enableAutoPipelining).toBe(false);
  });
});
