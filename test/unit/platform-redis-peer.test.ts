import type { Redis } from '@trawl/shared/platform/redis.ts';
import { peersOf } from '@trawl/shared/platform/redis-peer.ts';
import { expect, test } from 'vitest';

/** A connection, and the way to lead it elsewhere. */
const redisOn = (stream: object, sentinels?: { host: string; port: number }[]) => {
  const redis = { stream, options: { sentinels } };
  return { peers: peersOf(redis as unknown as Redis), redis };
};
const there = { remoteAddress: '10.0.0.5', remotePort: 6379 };

test('the peers of Redis are where its connection leads and where it led before it moved', () => {
  const { peers, redis } = redisOn(there);
  expect(peers()).toEqual([{ address: '10.0.0.5', port: 6379 }]);
  redis.stream = { remoteAddress: '10.0.0.6', remotePort: 6380 };
  expect(peers()).toEqual([
    { address: '10.0.0.5', port: 6379 },
    { address: '10.0.0.6', port: 6380 },
  ]);
});

test('while the connection is lost, they are as before, though nobody had asked yet', () => {
  const { peers, redis } = redisOn(there);
  redis.stream = {};
  expect(peers()).toEqual([{ address: '10.0.0.5', port: 6379 }]);
});

test('the Sentinels of a Redis are among them', () => {
  const { peers } = redisOn(there, [{ host: 'sentinel-1', port: 26379 }]);
  expect(peers()).toEqual([
    { address: '10.0.0.5', port: 6379 },
    { address: 'sentinel-1', port: 26379 },
  ]);
});

test('a Redis that is not reached by the network has none', () => {
  expect(redisOn({}).peers()).toEqual([]);
});
