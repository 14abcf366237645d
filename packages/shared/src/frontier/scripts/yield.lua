-- Gives a host's slot back without an outcome, and lets the host earn a pause.
-- KEYS  1 shard prefix  2 BullMQ's list of waiting jobs
-- ARGV  1 host  2 run  3 job id  4 record to put back at the head of the frontier, '' = the job stays (a retry in BullMQ)
--       5 pause in ms: -1 none, 0 the host's own growing penalty, else as asked for  6 a random number 0..1
--       7 ms at which its request left or ''  8 number of the job's execution, from 1
-- Result {ms until the host may be asked, ms since it began to refuse}
-- Invariant: a line put back leaves `released` in the same step; an execution that is superseded puts nothing back.
local host, run, id, record, pauseMs, random = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local firstPauseMs, longestPauseMs, quietMs = 1000, 300000, 60000

local function penalize()
  local state = redis.call('HMGET', P .. 'h:' .. host, 'blocked', 'level', 'penalizedAt', 'refusedSince')
  local blocked, level, penalizedAt = tonumber(state[1]) or 0, tonumber(state[2]) or -1, tonumber(state[3]) or 0
  local refusedSince = tonumber(state[4]) or nowMs
  if pauseMs > 0 then
    blocked = math.max(blocked, nowMs + pauseMs)
  elseif blocked <= nowMs then -- once a pause, not once for each request that was in flight
    local lastPauseMs = level < 0 and 0 or math.min(longestPauseMs, firstPauseMs * 2 ^ level)
    level = nowMs - penalizedAt > quietMs + lastPauseMs and 0 or math.min(level + 1, 20)
    blocked = nowMs + math.floor(math.min(longestPauseMs, firstPauseMs * 2 ^ level) * (1 + random / 4))
  end
  setHostClock(host, 'blocked', blocked, 'level', level, 'penalizedAt', nowMs, 'refusedSince', refusedSince)
  if redis.call('ZSCORE', P .. 'ready', host) then redis.call('ZADD', P .. 'ready', 'GT', blocked, host) end
  return blocked - nowMs, nowMs - refusedSince
end

if ownsLease(id, tonumber(ARGV[8])) then
  redis.call('ZREM', P .. 'l:' .. host, id)
  if record ~= '' then redis.call('HDEL', P .. 'executions', id) end
else
  record = ''
end
if ARGV[7] ~= '' then noteStart(host, tonumber(ARGV[7])) end
local blockedMs, refusedForMs, isFirstLine = 0, 0, false
if pauseMs >= 0 then blockedMs, refusedForMs = penalize() end

if record ~= '' and redis.call('HDEL', P .. 'released', id) == 1 then
  redis.call('LPUSH', P .. 'q:' .. host .. ':' .. run, record)
  local bytes = #record + lineOverheadBytes
  if not redis.call('LPOS', P .. 'r:' .. host, run) then
    redis.call('RPUSH', P .. 'r:' .. host, run)
    bytes = bytes + hostRunOverheadBytes
  end
  redis.call('HINCRBY', P .. 'backlog', 'lines', 1)
  isFirstLine = redis.call('HINCRBY', P .. 'waiting', run, 1) == 1
  redis.call('HINCRBY', P .. 'backlog', 'bytes', bytes)
end
if armHost(host) or isFirstLine or queueRunsLow() then wakeProducers() end
return { blockedMs, refusedForMs }
