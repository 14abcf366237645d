import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

const timeKey = `${firstShard.prefix}time-of-test`;
const realTime = "redis.call('TIME')";
const pretendTime = "redis.call('HMGET', KEYS[1] .. 'time-of-test', 's', 'us')";

/** Scripts that are loaded on this connection from now on tell the time from a key, and are changed as `change` says. */
export const loadsWithPretendTime = (redis: Redis, change = (_script: string, lua: string): string => lua): void => {
  const define = redis.defineCommand.bind(redis);
  redis.defineCommand = (name, definition) => {
    const [, script] = name.split('trawl:');
    if (script === undefined) return define(name, definition);
    if (!definition.lua.includes(realTime)) throw new Error(`script ${script} does not read the time of Redis`);
    define(name, { ...definition, lua: change(script, definition.lua.replace(realTime, pretendTime)) });
  };
};

export const setTime = (redis: Redis, nowMs: number): Promise<unknown> =>
  redis.hset(timeKey, 's', Math.floor(nowMs / 1000), 'us', (nowMs % 1000) * 1000);

/** Keys that live for a time grow older by as much. */
const olderScript = `for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[2]) end
end`;

export const passTime = async (redis: Redis, nowMs: number, byMs: number): Promise<void> => {
  await Promise.all([redis.eval(olderScript, 0, firstShard.prefix, byMs), setTime(redis, nowMs + byMs)]);
};

const dumpScript = `local all = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  if key ~= ARGV[2] then all[#all + 1] = { key, redis.call('PTTL', key), redis.call('DUMP', key) } end
end
return all`;

/** Everything but the time, which never goes back. */
export type Snapshot = { atMs: number; keys: [key: Buffer, leftMs: number, dump: Buffer][] };

export const takeSnapshot = async (redis: Redis, nowMs: number): Promise<Snapshot> => {
  const plain = redis as unknown as { evalBuffer: (...args: (string | number)[]) => Promise<unknown> };
  const keys = (await plain.evalBuffer(dumpScript, 0, firstShard.prefix, timeKey)) as Snapshot['keys'];
  return { atMs: nowMs, keys };
};

/** As a Redis that lost the end of its append-only file. */
export const goBackTo = async (redis: Redis, snapshot: Snapshot, nowMs: number): Promise<void> => {
  const back = redis.multi().flushdb();
  for (const [key, leftMs, dump] of snapshot.keys) {
    const left = leftMs < 0 ? 0 : leftMs - (nowMs - snapshot.atMs);
    if (leftMs < 0 || left > 0) back.restore(key, left, dump);
  }
  await back.hset(timeKey, 's', Math.floor(nowMs / 1000), 'us', (nowMs % 1000) * 1000).exec();
};
