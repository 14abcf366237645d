-- Every script starts with this part: the shard's prefix and the time of Redis, the only clock that politeness knows.
local P = KEYS[1]
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

-- One pending wake-up is enough: a producer that takes it releases until nothing is left to release.
local function wakeProducers()
  if redis.call('EXISTS', P .. 'wake') == 0 then redis.call('LPUSH', P .. 'wake', 1) end
end
