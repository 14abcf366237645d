import type { Redis } from '@trawl/shared/platform/redis.ts';
import { peerOf } from '@trawl/shared/platform/redis-peer.ts';
import { expect, test } from 'vitest';

/** A connection, and the way to lead it elsewhere. */
const redisOn = (stream: object) => {
  const redis = { stream };
  return { peer: peerOf(redis as unknown as Redis), redis };
};
const there = { remoteAddress: '10.0.0.5', remotePort: 6379 };

test('the peer of Redis is where its connection leads, also after it has moved', () => {
  const { peer, redis } = redisOn(there);
  expect(peer()).toEqual({ address: '10.0.0.5', port: 6379 });
  redis.stream = { remoteAddress: '10.0.0.6', remotePort: 6380 };
  expect(peer()).toEqual({ address: '10.0.0.6', port: 6380 });
});

test('while the connection is lost, it is where it led last, though nobody had asked yet', () => {
  const { peer, redis } = redisOn(there);
  redis.stream = {};
  expect(peer()).toEqual({ address: '10.0.0.5', port: 6379 });
});

test('a Redis that is not reached by the network has none', () => {
  expect(redisOn({}).peer()).toBeUndefined();
});
