-- Keeps for the whole fleet what came of asking for a robots.txt, and lets others ask again.
--   robots:<origin> STRING   robots-since:<origin> STRING ms since when it cannot be had   robots-asking:<origin> STRING its one asker
--   robots-kept LIST '<bytes> <key without prefix>' of what lives long, the oldest first   robots-bytes INT sum of those
-- KEYS  1 shard prefix
-- ARGV  1 origin  2 'kept' | 'failed' | 'unavailable'  3 what to keep  4 its life in ms, for `unavailable` that of `none`
--       5 what says that there is none  6 host  7 ms at which the request left, '' = none did
--       8 '<http or https> <product>' of who asked  9 crawl-delay for that in ms, 0 = none
-- Result 1 where it is `none` from now on, since it could not be had for so long; else 0
-- Invariant: a crawl-delay holds before anybody can go by the file; all that lives long takes no more than a fixed number of bytes; the oldest goes first.
local origin, kind, value, lifeMs = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local host, sentMs, delayMs = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[9])
-- A key of 200 bytes costs Redis about twice as much.
local mostBytes, overheadBytes = 64 * 1024 * 1024, 200
-- RFC 9309, 2.3.1.4: after 30 days it counts as one that does not exist.
local daysMs = 86400000
local longestMs, rememberedMs = 30 * daysMs, 40 * daysMs
-- Asked again after as long as it was not to be had: soon at first, in the end once a minute.
local soonestMs, latestMs = 1000, 60000

local function count(name, bytes)
  bytes = bytes + 2 * #name + overheadBytes
  redis.call('RPUSH', P .. 'robots-kept', bytes .. ' ' .. name)
  local total = redis.call('INCRBY', P .. 'robots-bytes', bytes)
  while total > mostBytes do
    local oldest = redis.call('LPOP', P .. 'robots-kept')
    if not oldest then redis.call('DEL', P .. 'robots-bytes'); return end
    local size, key = string.match(oldest, '^(%d+) (.*)$')
    redis.call('UNLINK', P .. key)
    total = redis.call('DECRBY', P .. 'robots-bytes', size)
  end
end

redis.call('DEL', P .. 'robots-asking:' .. origin)
if kind == 'kept' then noteCrawlDelay(host, ARGV[8], delayMs) end
-- A host that had no gap has no start from which the crawl-delay could count.
if sentMs and delayMs > 0 and redis.call('HEXISTS', P .. 'h:' .. host, 'last') == 0 then
  setHostClock(host, 'last', math.min(sentMs, nowMs), 'lastBy', '')
elseif sentMs then
  noteStart(host, sentMs)
end
local since = P .. 'robots-since:' .. origin
if kind == 'failed' then
  redis.call('SET', P .. 'robots:' .. origin, value, 'PX', lifeMs)
  return 0
end
if kind == 'unavailable' then
  if redis.call('SET', since, nowMs, 'NX', 'PX', rememberedMs) then count('robots-since:' .. origin, 0) end
  local forMs = nowMs - tonumber(redis.call('GET', since))
  if forMs < longestMs then
    redis.call('SET', P .. 'robots:' .. origin, value, 'PX', math.max(soonestMs, math.min(latestMs, forMs)))
    return 0
  end
  value = ARGV[5]
else
  redis.call('DEL', since)
end
redis.call('SET', P .. 'robots:' .. origin, value, 'PX', lifeMs)
count('robots:' .. origin, #value)
return kind == 'unavailable' and 1 or 0
