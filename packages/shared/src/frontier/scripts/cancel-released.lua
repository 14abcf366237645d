-- Gives released lines of a cancelled run their outcome, as far as no worker has them in hand: those are the worker's to end.
-- KEYS  1 shard prefix  2 prefix of BullMQ's job keys
-- ARGV  1 run  2 time as ISO 8601  then job ids
-- Result how many outcomes were recorded
-- Invariant: pushed = bits set + frontier lines + released entries. The job that is left finds nothing to do.
local run, atIso = ARGV[1], ARGV[2]
if redis.call('HEXISTS', P .. 'run:' .. run, 'cancelledAtMs') == 0 then return 0 end
local outcomes = {}
for i = 3, #ARGV do
  local id = ARGV[i]
  local host, ownRun, record = string.match(redis.call('HGET', P .. 'released', id) or '', '^(%S+) (%S+) (.+)$')
  if ownRun == run and redis.call('EXISTS', KEYS[2] .. id .. ':lock') == 0 then
    redis.call('HDEL', P .. 'released', id)
    redis.call('ZREM', P .. 'l:' .. host, id)
    redis.call('HDEL', P .. 'executions', id)
    armHost(host)
    addOutcome(outcomes, outcomeOfLine(run, record, 'cancelled', 'run-cancelled', atIso))
  end
end
if #outcomes > 0 then
  recordOutcomes(run, outcomes)
  wakeProducers()
end
return #outcomes / 4
