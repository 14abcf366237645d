import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { leftovers } from './judge-leftovers.ts';

/** What Redis holds of a run that does not end, and who is connected: where to begin to look. */
export const postMortem = async (redis: Redis): Promise<string> => {
  const { prefix } = firstShard;
  const left = await leftovers(redis);
  const hosts = [...new Set(left.flatMap((each) => /^\{t0\}:[qr]:([^: ]+(?::\d+)?)/.exec(each)?.[1] ?? []))].slice(
    0,
    10,
  );
  const ofHosts = await Promise.all(
    hosts.map(async (host) => ({
      host,
      ready: await redis.zscore(`${prefix}ready`, host),
      clocks: await redis.hgetall(`${prefix}h:${host}`),
      leases: await redis.zrange(`${prefix}l:${host}`, '0', '-1', 'WITHSCORES'),
    })),
  );
  const clients = String(await redis.client('LIST'))
    .split('\n')
    .map((line) => line.replace(/^.* (name=\S*) .* (idle=\d+) .* (cmd=\S+) .*$/, '$1 $2 $3'));
  return [
    ...left.slice(0, 40),
    `redis clock ${(await redis.time()).join('.')}`,
    ...ofHosts.map((each) => JSON.stringify(each)),
    `window ${await redis.get(`${prefix}window`)} halted ${JSON.stringify(await redis.hgetall(`${prefix}halted`))}`,
    `lag ${JSON.stringify(await redis.hgetall(`${prefix}lag`))} rates ${JSON.stringify(await redis.hgetall(`${prefix}rates`))}`,
    `workers ${JSON.stringify(await redis.hgetall(`${prefix}workers`))}`,
    `bucket ${JSON.stringify(await redis.hgetall(`${prefix}bucket`))} wake ${await redis.llen(`${prefix}wake`)}`,
    ...clients,
  ].join('\n         ');
};
