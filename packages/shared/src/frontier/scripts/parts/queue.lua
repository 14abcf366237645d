-- KEYS[2] is BullMQ's list of waiting jobs. A producer that found it full sleeps until somebody tells it that it is half empty.
local function queueRunsLow()
  local window = tonumber(redis.call('GET', P .. 'window') or '0')
  if redis.call('LLEN', KEYS[2]) * 2 > window then return false end
  return #redis.call('ZRANGE', P .. 'ready', '-inf', nowMs, 'BYSCORE', 'LIMIT', 0, 1) > 0
end
