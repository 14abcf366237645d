import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { connectRedis, disconnectRedis, type Redis } from '@trawl/shared/platform/redis.ts';
import { killRedisProcess, startRedisProcess } from '../../redis-process.ts';
import type { Attacked, Fault } from '../attacked.ts';

/**
 * A replica takes over, and the server that was in charge becomes its replica: whoever is still connected there is told READONLY, until
 * the way to Redis leads to the new one. In the end it goes back the same way.
 */
export const failoverFaults: Record<string, Fault> = {
  'a replica takes over': {
    weight: 1,
    draw: (choose) => ({ staleMs: choose.whole(0, 2000), forMs: choose.whole(2000, 6000) }),
    strike: (attacked, { staleMs, forMs }) =>
      attacked.withRedis(async () => {
        const replica = await startReplica(attacked);
        try {
          await takeOver(attacked, {
            from: attacked.redis.client,
            to: replica.redis,
            port: replica.port,
            staleMs: Number(staleMs),
          });
          await delay(Number(forMs), undefined, { signal: attacked.calm }).catch(() => undefined);
          await synced(attacked.redis.client);
          await takeOver(attacked, {
            from: replica.redis,
            to: attacked.redis.client,
            port: attacked.redis.port(),
            staleMs: 0,
          });
        } finally {
          await replica.stop();
        }
      }),
  },
};

async function takeOver(
  { redis, fleet, timeline }: Attacked,
  { from, to, port, staleMs }: { from: Redis; to: Redis; port: number; staleMs: number },
): Promise<void> {
  timeline.note('a replica takes over');
  await to.call('REPLICAOF', 'NO', 'ONE');
  await from.call('REPLICAOF', '127.0.0.1', String(port));
  timeline.note('the old one refuses');
  await delay(staleMs);
  redis.leadTo(port);
  for (const { gate } of fleet.places) gate.cutAll();
  timeline.note('the way leads to it');
}

async function startReplica({ redis }: Attacked) {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'trawl-replica-'));
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: 'no',
    requirepass: redis.password,
    masterauth: redis.password,
    replicaof: `127.0.0.1 ${redis.port()}`,
    'maxmemory-policy': 'noeviction',
    'hash-max-listpack-value': '512',
    'repl-diskless-sync-delay': '0',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [
    `--${name}`,
    ...(name === 'replicaof' ? value.split(' ') : [value]),
  ]);
  const child = await startRedisProcess(args);
  await redis.client.config('SET', 'masterauth', redis.password);
  await redis.client.config('SET', 'repl-diskless-sync-delay', '0');
  const connection = { kind: 'single' as const, host: '127.0.0.1', port, password: redis.password, db: 0, tls: false };
  const client = await connectRedis(connection, { role: 'chaos-replica' });
  await synced(client);
  return {
    port,
    redis: client,
    stop: async () => {
      await disconnectRedis(client);
      await killRedisProcess(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function synced(replica: Redis): Promise<void> {
  while (!/master_link_status:up/.test(await replica.info('replication'))) await delay(50);
}
