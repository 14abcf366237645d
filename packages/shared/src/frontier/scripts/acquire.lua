-- Asks for the turn to start one request: before a retry, a second execution, a redirect hop, and the first try where the lease
-- of release is not the turn yet.
-- KEYS  1 shard prefix  2 prefix of BullMQ's job keys
-- ARGV  1 host  2 run  3 seq  4 job id  5 lease in ms  6 longest wait in place in ms  7 '1' for a redirect hop
--       8 '1': the start granted last time was not used, the process was held up
--       9 number of the job's execution, from 1  10 ms that the answer is on its way: no start is granted earlier
--       11 token of the job's lock, '' = not to be looked at
--       12 ms since the turn that it holds was used for another request, '' = it was not: the next one keeps the gap from there
--       13 ms for which the start may be used: the next one keeps the gap from their end
-- Result {'go', ms to wait first, 1 where it may not be used later: the host has a gap, or the fleet a rate; the slot is held} | {'busy', ms}: not within the wait; nothing is booked
--        | {'recorded'}: the line has its outcome | {'superseded'}: a later release or execution of it is on its way
--        | {'paused'} | {'cancelled'}: its run is
-- Invariant: granted starts of a host are a gap apart and never more at once than its limit.
local host, run, seq, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local leaseMs, patienceMs, isHop = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
-- A redirect to a busy host would never find a slot that release has not taken: one is left free for it this long.
local hopReserveMs = 3000

local execution, leadMs = tonumber(ARGV[9]), tonumber(ARGV[10])

local function isOver()
  if redis.call('GETBIT', P .. 'done:' .. run, seq) == 1 then return 'recorded' end
  return redis.call('HEXISTS', P .. 'released', id) == 0 and 'superseded'
end

-- An execution that has lost its lock while it was cut off may be running elsewhere any moment.
local hasLost = ARGV[11] ~= '' and redis.call('GET', KEYS[2] .. id .. ':lock') ~= ARGV[11]
if hasLost or not ownsLease(id, execution) then return { 'superseded', 0 } end
local over = isOver()
if over then
  -- An execution before this one may have died with the slot: release may be waiting for its lease.
  if redis.call('ZREM', P .. 'l:' .. host, id) == 1 and armHost(host) then wakeProducers() end
  redis.call('HDEL', P .. 'executions', id)
  return { over, 0 }
end
local halt = redis.call('HGET', P .. 'halted', run)
if halt then return { string.match(halt, '^%a+'), 0 } end

local gapMs, most = limitsOfHost(host, run, redis.call('LRANGE', P .. 'r:' .. host, 0, -1))
local leases = P .. 'l:' .. host
local expiry = tonumber(redis.call('ZSCORE', leases, id) or '0')
local holds = expiry > nowMs
local clocks = redis.call('HMGET', P .. 'h:' .. host, 'last', 'next', 'blocked', 'lastBy')
local last, nextMs, blocked = tonumber(clocks[1]) or 0, tonumber(clocks[2]) or 0, tonumber(clocks[3]) or 0
local usedAgoMs, spareMs = tonumber(ARGV[12]), tonumber(ARGV[13])
local usedMs = usedAgoMs and nowMs - usedAgoMs
if usedMs and gapMs > 0 and usedMs > last then
  last, nextMs = usedMs, math.max(nextMs, usedMs + gapMs)
  setHostClock(host, 'last', last, 'lastBy', '', 'next', nextMs)
end

if not holds then
  if expiry > 0 then redis.call('ZREM', leases, id) end
  if slotsHeld(host, most) >= most then
    if isHop then setHostClock(host, 'hopUntil', nowMs + hopReserveMs) end
    return { 'busy', math.max(0, blocked - nowMs) }
  end
end
-- Who came through release has had its pace counted there; everybody keeps the gap between real starts.
local movesOwnStart = ARGV[8] == '1' and clocks[4] == id
local startMs = math.max(nowMs + leadMs, blocked, movesOwnStart and last or last + gapMs)
if not holds then startMs = math.max(startMs, nextMs) end
if startMs - nowMs > patienceMs then return { 'busy', startMs - nowMs } end

local rate = globalRate()
if rate > 0 then
  startMs = bookStart(rate, startMs)
  if not holds then redis.call('HINCRBYFLOAT', P .. 'bucket', 'tokens', -1) end
end
if gapMs > 0 then
  local lastMs = startMs + spareMs
  setHostClock(host, 'last', lastMs, 'lastBy', id, 'next', math.max(nextMs, lastMs + gapMs))
end
if isHop then redis.call('HDEL', P .. 'h:' .. host, 'hopUntil') end
redis.call('ZADD', leases, startMs + leaseMs, id)
if execution > 1 then redis.call('HSET', P .. 'executions', id, execution) end
return { 'go', startMs - nowMs, (gapMs > 0 or rate > 0) and 1 or 0 }
