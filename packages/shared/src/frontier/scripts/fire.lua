-- Handles one slot of a schedule: starts its run, or notes why there is none.
--   schedule:<crawl> HASH  fired, skipped, lastRun, ended ('limit')   firings:<crawl> ZSET '<slot> <what became of it>' by slot, the
--   newest 1000   queued:<crawl> ZSET slots that wait for the run before   queued SET crawls that have such slots
-- KEYS  1 shard prefix
-- ARGV  1 crawl  2 slot, ms  3 '1': the slot has waited  4 schedule that the caller read  5 version of the crawl that it read
--       6 run  7 its spec  8 created at, ms  9 gap of a host in ms  10 most at once per host  11 requests a second
--       12 overlap  13 limit, 0 = none  14 first moment of a slot  15 last one, '' = none  16 '1': paused
--       17 the name by which a robots.txt calls the run  18 longest crawl-delay that it obeys in ms, 0 = none
-- Result {'started', run} | {'skipped', run before} | {'queued', run before} | {'handled', what}: it has been dealt with
--       | {'waits', run before} | {'outside', why} | {'changed'}: read schedule and crawl again
-- Invariant: a slot starts at most one run, and is in `firings` from then on; run and counters change in one step.
local name, slot, hasWaited = ARGV[1], ARGV[2], ARGV[3] == '1'
local run, overlap, limit = ARGV[6], ARGV[12], tonumber(ARGV[13])
local state, firings, queued = P .. 'schedule:' .. name, P .. 'firings:' .. name, P .. 'queued:' .. name
local firingsKept, mostQueued = 1000, 100

if redis.call('HGET', P .. 'schedules', name) ~= ARGV[4] or redis.call('HGET', P .. 'crawls', name) ~= ARGV[5] then
  return { 'changed' }
end

local function noteFiring(what)
  redis.call('ZREMRANGEBYSCORE', firings, slot, slot)
  redis.call('ZADD', firings, slot, slot .. ' ' .. what)
  redis.call('ZREMRANGEBYRANK', firings, 0, -firingsKept - 1)
end

local function leaveQueue()
  redis.call('ZREM', queued, slot)
  if redis.call('EXISTS', queued) == 0 then redis.call('SREM', P .. 'queued', name) end
end

local function endAtLimit()
  local fired = tonumber(redis.call('HGET', state, 'fired') or '0')
  if limit == 0 or fired + redis.call('ZCARD', queued) < limit then return false end
  redis.call('HSET', state, 'ended', 'limit')
  redis.call('PUBLISH', P .. 'schedules', name)
  return true
end

local function skip(because)
  leaveQueue()
  redis.call('HINCRBY', state, 'skipped', 1)
  noteFiring('skipped')
  return { 'skipped', because }
end

local function startRun()
  createRun(run, ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], true, ARGV[17], ARGV[18])
  leaveQueue()
  redis.call('HINCRBY', state, 'fired', 1)
  redis.call('HSET', state, 'lastRun', run)
  noteFiring('started ' .. run)
  endAtLimit()
  return { 'started', run }
end

local known = redis.call('ZRANGEBYSCORE', firings, slot, slot)[1]
if hasWaited then
  if not redis.call('ZSCORE', queued, slot) then return { 'handled', known or '' } end
  if ARGV[16] == '1' then return { 'waits', '' } end
else
  if known then return { 'handled', known } end
  local oldest = redis.call('ZRANGE', firings, 0, 0, 'WITHSCORES')[2]
  if oldest and redis.call('ZCARD', firings) >= firingsKept and tonumber(slot) < tonumber(oldest) then
    return { 'handled', 'too long ago' }
  end
  if ARGV[16] == '1' then return { 'outside', 'paused' } end
  if tonumber(slot) < tonumber(ARGV[14]) then return { 'outside', 'too early' } end
  if ARGV[15] ~= '' and tonumber(slot) > tonumber(ARGV[15]) then return { 'outside', 'too late' } end
  if endAtLimit() then return { 'outside', 'limit' } end
end

local before = redis.call('HGET', state, 'lastRun')
local isOpen = before and standingOf(before) == 'open'
if overlap == 'queue' then
  if hasWaited then return isOpen and { 'waits', before } or startRun() end
  local waiting = redis.call('ZCARD', queued)
  if not isOpen and waiting == 0 then return startRun() end
  if waiting >= mostQueued then return skip(before or '') end
  redis.call('ZADD', queued, slot, slot)
  redis.call('SADD', P .. 'queued', name)
  noteFiring('queued')
  endAtLimit()
  return { 'queued', before or '' }
end
-- It was queued before the schedule was told to do otherwise.
if hasWaited then return skip(before or '') end
if not isOpen then return startRun() end
if overlap == 'skip' then return skip(before) end
cancelRun(before)
wakeProducers()
return startRun()
