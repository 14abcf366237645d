import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

/** Every key of the frontier, read in one step; of fingerprints and of BullMQ there are none. Bitmaps come as the numbers of their set bits. */
export type Picture = Map<string, string[]>;

const pictureScript = `local all = {}
local readers = {
  string = function(key)
    if not string.find(key, ':done:', 1, true) then return { redis.call('GET', key) } end
    local set = {}
    for i = 0, redis.call('STRLEN', key) * 8 - 1 do
      if redis.call('GETBIT', key, i) == 1 then set[#set + 1] = tostring(i) end
    end
    return set
  end,
  hash = function(key) return redis.call('HGETALL', key) end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  stream = function(key)
    local fields = {}
    for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
      for _, field in ipairs(entry[2]) do fields[#fields + 1] = field end
    end
    return fields
  end,
}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  local name = string.sub(key, #ARGV[1] + 1)
  if not string.find(name, '^seen:') and not string.find(name, '^fetch:') then
    all[#all + 1] = name
    all[#all + 1] = readers[redis.call('TYPE', key).ok](key)
  end
end
return all`;

export const definePicture = (redis: Redis): (() => Promise<Picture>) => {
  redis.defineCommand('picture', { numberOfKeys: 0, lua: pictureScript });
  const run = (redis as unknown as { picture: (prefix: string) => Promise<(string | string[])[]> }).picture;
  return async () => {
    const flat = await run.call(redis, firstShard.prefix);
    const picture: Picture = new Map();
    for (let i = 0; i < flat.length; i += 2) picture.set(flat[i] as string, flat[i + 1] as string[]);
    return picture;
  };
};

/** A hash, or a sorted set with its scores. */
export const pairsOf = (flat: string[] = []): Map<string, string> =>
  new Map(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']));

/** Keys that begin with this word, by what follows it. */
export const keysUnder = (picture: Picture, word: string): Map<string, string[]> =>
  new Map([...picture].filter(([key]) => key.startsWith(word)).map(([key, value]) => [key.slice(word.length), value]));
