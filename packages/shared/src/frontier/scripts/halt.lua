-- Pauses, resumes or cancels a run, for the whole fleet. Workers hear it on the channel, and look into `halted` now and then.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 'pause' | 'resume' | 'cancel'
-- Result 'done' | 'finished': it has all its outcomes | 'cancelled': it can be neither paused nor resumed | 'unknown'
-- Invariant: what is asked for twice is done once.
local run, act = ARGV[1], ARGV[2]
local runKey = P .. 'run:' .. run
local standing = standingOf(run)
if standing ~= 'open' then return standing end
if act == 'cancel' then
  cancelRun(run)
  wakeProducers()
  return 'done'
end
if redis.call('HEXISTS', runKey, 'cancelledAtMs') == 1 then return 'cancelled' end

if act == 'pause' then
  redis.call('HSET', runKey, 'paused', '1')
  redis.call('HSET', P .. 'halted', run, 'paused')
  redis.call('HDEL', P .. 'rates', run)
  redis.call('PUBLISH', P .. 'run-control', 'paused ' .. run)
elseif redis.call('HDEL', runKey, 'paused') == 1 then
  local rate = redis.call('HGET', runKey, 'rate') or '0'
  if tonumber(rate) > 0 then redis.call('HSET', P .. 'rates', run, rate) end
  redis.call('HDEL', P .. 'halted', run)
  redis.call('PUBLISH', P .. 'run-control', 'resumed ' .. run)
  wakeProducers()
end
return 'done'
