-- A job whose run Redis does not know: its data was deleted or lost, and nothing of the job is to stay.
-- KEYS  1 shard prefix
-- ARGV  1 host  2 run  3 job id
-- Result 1 | 0: the run is there, nothing was changed
-- Invariant: a run that is there loses nothing.
local host, run, id = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', P .. 'run:' .. run, 'spec') == 1 then return 0 end
redis.call('HDEL', P .. 'released', id)
redis.call('HDEL', P .. 'executions', id)
redis.call('ZREM', P .. 'l:' .. host, id)
if armHost(host) then wakeProducers() end
return 1
