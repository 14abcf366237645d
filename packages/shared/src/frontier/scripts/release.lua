-- Hands out URLs whose host may be asked now; each has its host's slot leased and stands in `released` until it has an outcome.
-- KEYS  1 shard prefix  2 BullMQ's list of waiting jobs
-- ARGV  1 most URLs  2 lease in ms  3 window: most jobs waiting  4 sink lag mark of a run in bytes
-- Result {nowMs, ms until release is worth calling again or -1 = when woken, URLs left, host, run, '1' if the lease is
--        already the turn, record, host, ...}
-- Invariant: a URL moves from its list to `released` in one step; slots of a host never exceed its limit.
local most, leaseMs, window, lagMark = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- Over all runs, as many times the mark of one may be on its way to the sinks.
local runsOfLagMark, lagPauseMs = 4, 1000
local linesLeft = tonumber(redis.call('HGET', P .. 'backlog', 'lines') or '0')

-- Runs that are passed over, and when to look at them again: paused and cancelled ones when they are resumed, those whose sinks
-- are behind after a while.
local heldUntilMs, lagOfAll = {}, 0
local lagOfRun = redis.call('HGETALL', P .. 'lag')
for i = 1, #lagOfRun, 2 do
  local lag = tonumber(lagOfRun[i + 1])
  lagOfAll = lagOfAll + lag
  if lag > lagMark then heldUntilMs[lagOfRun[i]] = nowMs + lagPauseMs end
end
local halted = redis.call('HGETALL', P .. 'halted')
for i = 1, #halted, 2 do heldUntilMs[halted[i]] = parkedMs end

local function someRunMayGoOn()
  if lagOfAll > lagMark * runsOfLagMark then return false end
  local waiting = redis.call('HGETALL', P .. 'waiting')
  for i = 1, #waiting, 2 do
    if not heldUntilMs[waiting[i]] and tonumber(waiting[i + 1]) > 0 then return true end
  end
  return false
end

redis.call('SET', P .. 'window', window)
most = math.min(most, window - redis.call('LLEN', KEYS[2]))
if not someRunMayGoOn() then most = 0 end
local rate, waitMs = globalRate(), -1
if rate > 0 then
  local tokens = tokensNow(rate)
  if tokens < 1 then waitMs = math.ceil((1 - tokens) * 1000 / rate) end
  most = math.min(most, math.floor(tokens))
end
if most <= 0 then return { nowMs, waitMs, linesLeft } end

local released, taken, takenOfRun, freedBytes = { nowMs, -1, linesLeft }, 0, {}, 0

local function lease(host, run, records, isTurn)
  local leases, entries = {}, {}
  for _, record in ipairs(records) do
    local seq, release = string.match(record, '^(%d+) (%d+) ')
    local id = run .. '-' .. seq .. '-' .. release
    leases[#leases + 1] = nowMs + leaseMs
    leases[#leases + 1] = id
    entries[#entries + 1] = id
    entries[#entries + 1] = host .. ' ' .. run .. ' ' .. record
    released[#released + 1] = host
    released[#released + 1] = run
    released[#released + 1] = isTurn and '1' or '0'
    released[#released + 1] = record
    freedBytes = freedBytes + #record + lineOverheadBytes
  end
  redis.call('ZADD', P .. 'l:' .. host, unpack(leases))
  redis.call('HSET', P .. 'released', unpack(entries))
  taken = taken + #records
  takenOfRun[run] = (takenOfRun[run] or 0) + #records
end

local function listOf(host, run) return P .. 'q:' .. host .. ':' .. run end

-- The lines of one run, or one of each run in turn. Answers the runs that have lines left, whose turn is first.
local function serve(host, runs, room, isTurn)
  if #runs == 1 then
    local records = redis.call('LPOP', listOf(host, runs[1]), room)
    if records then lease(host, runs[1], records, isTurn) end
    return redis.call('EXISTS', listOf(host, runs[1])) == 1 and runs or {}
  end
  local given = 0
  while given < room and #runs > 0 do
    local run = table.remove(runs, 1)
    local record = redis.call('LPOP', listOf(host, run))
    if record then
      lease(host, run, { record }, isTurn)
      given, runs[#runs + 1] = given + 1, run
    end
  end
  -- Now, not with the next visit: there is none once no run has lines, and what a host costs would count for ever.
  local left = {}
  for _, run in ipairs(runs) do
    if redis.call('EXISTS', listOf(host, run)) == 1 then left[#left + 1] = run end
  end
  return left
end

-- Which runs have lines here from now on; those that are passed over keep their place at the end.
local function noteRuns(host, before, runs, held)
  local count = #runs + #held
  freedBytes = freedBytes + (before - count) * hostRunOverheadBytes
  if before == 1 and count == 1 then return end
  redis.call('DEL', P .. 'r:' .. host)
  if #runs > 0 then redis.call('RPUSH', P .. 'r:' .. host, unpack(runs)) end
  if #held > 0 then redis.call('RPUSH', P .. 'r:' .. host, unpack(held)) end
end

local function runsAt(host)
  local runs, held, untilMs = {}, {}, parkedMs
  for _, run in ipairs(redis.call('LRANGE', P .. 'r:' .. host, 0, -1)) do
    local againMs = heldUntilMs[run]
    if againMs then
      held[#held + 1], untilMs = run, math.min(untilMs, againMs)
    else
      runs[#runs + 1] = run
    end
  end
  return runs, held, untilMs
end

local function visit(host)
  local dueMs = readyAtMs(host)
  if dueMs > nowMs then return redis.call('ZADD', P .. 'ready', dueMs, host) end
  local runs, held, heldUntil = runsAt(host)
  if #runs == 0 and #held == 0 then return redis.call('ZREM', P .. 'ready', host) end
  if #runs == 0 then return redis.call('ZADD', P .. 'ready', heldUntil, host) end
  local runsBefore = #runs + #held
  local gapMs, mostHere = limitsOfHost(host, runs[1], runs)
  local hopUntil = tonumber(redis.call('HGET', P .. 'h:' .. host, 'hopUntil') or '0')
  local free = mostHere - slotsHeld(host, mostHere) - (hopUntil > nowMs and 1 or 0)
  if free > 0 then
    local room = gapMs > 0 and 1 or math.min(free, most - taken, 500)
    runs = serve(host, runs, room, gapMs == 0 and rate == 0)
    noteRuns(host, runsBefore, runs, held)
    if gapMs > 0 then setHostClock(host, 'next', nowMs + gapMs) end
    if #runs == 0 and #held == 0 then return redis.call('ZREM', P .. 'ready', host) end
    if #runs == 0 then return redis.call('ZADD', P .. 'ready', heldUntil, host) end
    if gapMs > 0 then
      return redis.call('ZADD', P .. 'ready', nowMs + gapMs, host)
    end
    if free > room then return redis.call('ZADD', P .. 'ready', nowMs, host) end
  end
  -- Full: a commit arms it again; should its holders die, the first lease to expire does, or the reserve that no redirect came for.
  local againMs = tonumber(redis.call('ZRANGE', P .. 'l:' .. host, 0, 0, 'WITHSCORES')[2]) or hopUntil
  if hopUntil > nowMs then againMs = math.min(againMs, hopUntil) end
  redis.call('ZADD', P .. 'ready', againMs, host)
end

for _, host in ipairs(redis.call('ZRANGE', P .. 'ready', '-inf', nowMs, 'BYSCORE', 'LIMIT', 0, most)) do
  visit(host)
  if taken >= most then break end
end

if taken > 0 then
  if rate > 0 then redis.call('HINCRBYFLOAT', P .. 'bucket', 'tokens', -taken) end
  redis.call('HINCRBY', P .. 'backlog', 'lines', -taken)
  for run, n in pairs(takenOfRun) do redis.call('HINCRBY', P .. 'waiting', run, -n) end
  local bytesLeft = redis.call('HINCRBY', P .. 'backlog', 'bytes', -freedBytes)
  local wanted = redis.call('GET', P .. 'room-wanted')
  if wanted and bytesLeft <= tonumber(wanted) then
    redis.call('DEL', P .. 'room-wanted')
    redis.call('LPUSH', P .. 'room', 1)
    redis.call('PEXPIRE', P .. 'room', 5000)
  end
end
local first = redis.call('ZRANGE', P .. 'ready', 0, 0, 'WITHSCORES')
if first[2] then released[2] = math.max(0, tonumber(first[2]) - nowMs) end
released[3] = linesLeft - taken
return released
