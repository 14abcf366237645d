import type { Redis } from '@trawl/shared/platform/redis.ts';
import { peerOf } from '@trawl/shared/platform/redis-peer.ts';
import { expect, test } from 'vitest';

const redisOn = (stream: object) => ({ stream }) as unknown as Redis & { stream: object };
const there = { remoteAddress: '10.0.0.5', remotePort: 6379 };

test('the peer of Redis is where its connection leads, also after it has moved', () => {
  const redis = redisOn(there);
  const peer = peerOf(redis);
  expect(peer()).toEqual({ address: '10.0.0.5', port: 6379 });
  redis.stream = { remoteAddress: '10.0.0.6', remotePort: 6380 };
  expect(peer()).toEqual({ address: '10.0.0.6', port: 6380 });
});

test('while the connection is lost, it is where it led last, though nobody had asked yet', () => {
  const redis = redisOn(there);
  const peer = peerOf(redis);
  redis.stream = {};
  expect(peer()).toEqual({ address: '10.0.0.5', port: 6379 });
});

test('a Redis that is not reached by the network has none', () => {
  expect(peerOf(redisOn({}))()).toBeUndefined();
});
