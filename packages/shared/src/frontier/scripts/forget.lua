-- Forgets a run that every sink holds: its books, its report, and with them what verify could still prove.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 ms: only if it was collected before
-- Result 1 | 0: it is not collected, or not for so long
-- Invariant: a run that is not collected stays.
local run = ARGV[1]
local collectedAtMs = tonumber(redis.call('HGET', P .. 'run:' .. run, 'collectedAtMs') or 'inf')
if collectedAtMs >= tonumber(ARGV[2]) then return 0 end
for _, key in ipairs({ 'run:', 'done:', 'count:', 'stats:', 'failing:', 'checkpoint:', 'sink:', 'outcomes:', 'cookies:' }) do
  redis.call('UNLINK', P .. key .. run)
end
redis.call('ZREM', P .. 'runs', run)
redis.call('HDEL', P .. 'halted', run)
return 1
