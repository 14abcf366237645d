-- Keeps the definitions of crawls.
--   crawls HASH name -> newest version   crawl:<name> HASH version -> definition as JSON, the newest 100
-- KEYS  1 shard prefix
-- ARGV  1 'define' | 'remove'  2 name  then of define: 3 version that the caller read, '' = none  4 new version  5 definition
-- Result 'done' | 'moved': there is another version by now | 'scheduled': a schedule names it | 'unknown'
-- Invariant: a version never changes.
local act, name = ARGV[1], ARGV[2]
local versionsKept = 100
local version = redis.call('HGET', P .. 'crawls', name)

if act == 'define' then
  if (version or '') ~= ARGV[3] then return 'moved' end
  redis.call('HSET', P .. 'crawl:' .. name, ARGV[4], ARGV[5])
  redis.call('HDEL', P .. 'crawl:' .. name, tonumber(ARGV[4]) - versionsKept)
  redis.call('HSET', P .. 'crawls', name, ARGV[4])
  return 'done'
end

if not version then return 'unknown' end
if redis.call('HEXISTS', P .. 'schedules', name) == 1 then return 'scheduled' end
redis.call('HDEL', P .. 'crawls', name)
redis.call('DEL', P .. 'crawl:' .. name)
return 'done'
