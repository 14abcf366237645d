-- Gives lines of a cancelled run that are still in the frontier their outcome.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 time as ISO 8601  3 sink lag mark of a run in bytes  4 most lines  then hosts
-- Result {lines, 'done': nothing of the run is left at these hosts | 'more' | 'full': the sinks are behind | 'open': it is not cancelled}
-- Invariant: a line leaves its list in the step that records its outcome.
local run, atIso, lagMark, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('HEXISTS', P .. 'run:' .. run, 'cancelledAtMs') == 0 then return { 0, 'open' } end
if tonumber(redis.call('HGET', P .. 'lag', run) or '0') > lagMark then return { 0, 'full' } end

local outcomes, taken, freedBytes = {}, 0, 0
for i = 5, #ARGV do
  local host = ARGV[i]
  local list = P .. 'q:' .. host .. ':' .. run
  local records = taken < most and redis.call('LPOP', list, most - taken)
  for _, record in ipairs(records or {}) do
    addOutcome(outcomes, outcomeOfLine(run, record, 'cancelled', 'run-cancelled', atIso))
    taken, freedBytes = taken + 1, freedBytes + #record + lineOverheadBytes
  end
  if records and redis.call('EXISTS', list) == 0 and redis.call('LREM', P .. 'r:' .. host, 0, run) > 0 then
    freedBytes = freedBytes + hostRunOverheadBytes
    if redis.call('EXISTS', P .. 'r:' .. host) == 0 then redis.call('ZREM', P .. 'ready', host) end
  end
end
if taken == 0 then return { 0, 'done' } end

redis.call('HINCRBY', P .. 'backlog', 'lines', -taken)
redis.call('HINCRBY', P .. 'backlog', 'bytes', -freedBytes)
redis.call('HINCRBY', P .. 'waiting', run, -taken)
if redis.call('EXISTS', P .. 'room-wanted') == 1 then
  redis.call('DEL', P .. 'room-wanted')
  redis.call('LPUSH', P .. 'room', 1)
  redis.call('PEXPIRE', P .. 'room', 5000)
end
recordOutcomes(run, outcomes)
return { taken, taken < most and 'done' or 'more' }
