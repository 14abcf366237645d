-- Lets release look again at hosts that were parked while a run was paused.
-- KEYS  1 shard prefix
-- ARGV  1 run, then hosts
-- Result 1 where a host became due earlier
local isEarlier = 0
for i = 2, #ARGV do
  if redis.call('EXISTS', P .. 'q:' .. ARGV[i] .. ':' .. ARGV[1]) == 1 and armHost(ARGV[i]) then isEarlier = 1 end
end
if isEarlier == 1 then wakeProducers() end
return isEarlier
