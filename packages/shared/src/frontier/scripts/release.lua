-- Hands out URLs whose host may be asked now; each has its host's slot leased and stands in `released` until it has an outcome.
-- KEYS  1 shard prefix  2 BullMQ's list of waiting jobs
-- ARGV  1 most URLs  2 lease in ms  3 window: most jobs waiting  4 sink lag mark in bytes
-- Result {nowMs, ms until release is worth calling again or -1 = when woken, URLs left, host, run, '1' if the lease is
--        already the turn, record, host, ...}
-- Invariant: a URL moves from its list to `released` in one step; slots of a host never exceed its limit.
local most, leaseMs, window, lagMark = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local linesLeft = tonumber(redis.call('HGET', P .. 'backlog', 'lines') or '0')

redis.call('SET', P .. 'window', window)
most = math.min(most, window - redis.call('LLEN', KEYS[2]))
if tonumber(redis.call('HGET', P .. 'lag', 'bytes') or '0') > lagMark then most = 0 end
local rate, waitMs = globalRate(), -1
if rate > 0 then
  local tokens = tokensNow(rate)
  if tokens < 1 then waitMs = math.ceil((1 - tokens) * 1000 / rate) end
  most = math.min(most, math.floor(tokens))
end
if most <= 0 then return { nowMs, waitMs, linesLeft } end

local released, taken, freedBytes = { nowMs, -1, linesLeft }, 0, 0

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
end

local function listOf(host, run) return P .. 'q:' .. host .. ':' .. run end

-- The lines of one run, or one of each run in turn; runs without lines leave the host.
local function serve(host, runs, room, isTurn)
  if #runs == 1 then
    local records = redis.call('LPOP', listOf(host, runs[1]), room)
    if records then lease(host, runs[1], records, isTurn) end
    if records and redis.call('EXISTS', listOf(host, runs[1])) == 1 then return true end
    redis.call('DEL', P .. 'r:' .. host)
    freedBytes = freedBytes + hostRunOverheadBytes
    return false
  end
  local given = 0
  while given < room and #runs > 0 do
    local run = table.remove(runs, 1)
    local record = redis.call('LPOP', listOf(host, run))
    if record then
      lease(host, run, { record }, isTurn)
      given, runs[#runs + 1] = given + 1, run
    else
      freedBytes = freedBytes + hostRunOverheadBytes
    end
  end
  redis.call('DEL', P .. 'r:' .. host)
  if #runs > 0 then redis.call('RPUSH', P .. 'r:' .. host, unpack(runs)) end
  return #runs > 0
end

local function visit(host)
  local dueMs = readyAtMs(host)
  if dueMs > nowMs then return redis.call('ZADD', P .. 'ready', dueMs, host) end
  local runs = redis.call('LRANGE', P .. 'r:' .. host, 0, -1)
  if #runs == 0 then return redis.call('ZREM', P .. 'ready', host) end
  local gapMs, mostHere = limitsOfHost(runs[1], runs)
  local hopUntil = tonumber(redis.call('HGET', P .. 'h:' .. host, 'hopUntil') or '0')
  local free = mostHere - slotsHeld(host, mostHere) - (hopUntil > nowMs and 1 or 0)
  if free > 0 then
    local room = gapMs > 0 and 1 or math.min(free, most - taken, 500)
    if not serve(host, runs, room, gapMs == 0 and rate == 0) then redis.call('ZREM', P .. 'ready', host); return end
    if gapMs > 0 then
      setHostClock(host, 'next', nowMs + gapMs)
      return redis.call('ZADD', P .. 'ready', nowMs + gapMs, host)
    end
    if free > room then return redis.call('ZADD', P .. 'ready', nowMs, host) end
  end
  -- Full: a commit arms it again; should its holders die, the first lease to expire does.
  redis.call('ZADD', P .. 'ready', redis.call('ZRANGE', P .. 'l:' .. host, 0, 0, 'WITHSCORES')[2] or hopUntil, host)
end

for _, host in ipairs(redis.call('ZRANGE', P .. 'ready', '-inf', nowMs, 'BYSCORE', 'LIMIT', 0, most)) do
  visit(host)
  if taken >= most then break end
end

if taken > 0 then
  if rate > 0 then redis.call('HINCRBYFLOAT', P .. 'bucket', 'tokens', -taken) end
  redis.call('HINCRBY', P .. 'backlog', 'lines', -taken)
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
