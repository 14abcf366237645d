-- Keeps the schedules as they are wished for; the producer that keeps them makes BullMQ follow.
--   schedules HASH crawl -> schedule as JSON   schedule:<crawl> HASH, firings:<crawl> ZSET, queued:<crawl> ZSET: see fire.lua
-- KEYS  1 shard prefix
-- ARGV  1 'put' | 'remove'  2 crawl  then of put: 3 schedule that the caller read, '' = none  4 new schedule
-- Result 'done' | 'moved': the schedule is another by now | 'unknown': there is no such crawl, or no such schedule
-- Invariant: every schedule has a crawl.
local act, name = ARGV[1], ARGV[2]
local known = redis.call('HGET', P .. 'schedules', name)

if act == 'put' then
  if redis.call('HEXISTS', P .. 'crawls', name) == 0 then return 'unknown' end
  if (known or '') ~= ARGV[3] then return 'moved' end
  redis.call('HSET', P .. 'schedules', name, ARGV[4])
  redis.call('HDEL', P .. 'schedule:' .. name, 'ended') -- its limit may be another
else
  if not known then return 'unknown' end
  redis.call('HDEL', P .. 'schedules', name)
  redis.call('SREM', P .. 'queued', name)
  redis.call('DEL', P .. 'schedule:' .. name, P .. 'firings:' .. name, P .. 'queued:' .. name)
end
redis.call('PUBLISH', P .. 'schedules', name)
return 'done'
