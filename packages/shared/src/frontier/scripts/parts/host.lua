-- One host's politeness, over all runs and the whole fleet.
--   h:<host>  next (pace: ms of the next start), last (ms of the last start), lastBy (its job), blocked (penalty: ms until it may be asked),
--             level (how often the penalty doubled), penalizedAt, refusedSince (first refusal since the last answer),
--             hopUntil (ms until which one slot is left free for a redirect that found none)
--   l:<host>  leases: who may be asking it now, until when
--
--   absent --(first line)--> due --(release)--> due later, full, or absent --(turn ends, time passes, a line comes back)--> due
--   absent   not in `ready`: it has no lines (leases and clocks may be left)
--   due      stands in `ready` at the first moment at which it can be served or earlier: after gap, penalty and, where it is full, its first lease
--   parked   stands in `ready` at the end of time: all runs with lines here are halted, until arm.lua
-- In every state: no more leases than its limit, and starts that were granted are its gap apart.
-- Above the longest gap and the longest Retry-After that a crawl may obey.
local hostHashLifeMs = 7200000

local limitsByRun = {}
local function limitsOfRun(run)
  local known = limitsByRun[run]
  if not known then
    local fields = redis.call('HMGET', P .. 'run:' .. run, 'gapMs', 'perHost', 'product', 'delayCapMs')
    known = { gapMs = tonumber(fields[1]) or 0, most = tonumber(fields[2]) or 1, product = fields[3] or '',
      delayCapMs = tonumber(fields[4]) or 0 }
    limitsByRun[run] = known
  end
  return known
end

-- What the host's robots.txt asks of this run, as far as it obeys.
--   robots-delay:<host>  HASH  '<http or https> <product>' -> crawl-delay in ms
local function crawlDelayOf(host, limits)
  if limits.delayCapMs == 0 then return 0 end
  local delays = redis.call('HMGET', P .. 'robots-delay:' .. host, 'http ' .. limits.product, 'https ' .. limits.product)
  return math.min(limits.delayCapMs, math.max(tonumber(delays[1]) or 0, tonumber(delays[2]) or 0))
end

-- Every process that goes on with the host says it again every few minutes.
local function noteCrawlDelay(host, field, delayMs)
  local key = P .. 'robots-delay:' .. host
  if delayMs > 0 then
    redis.call('HSET', key, field, delayMs)
    redis.call('PEXPIRE', key, hostHashLifeMs)
  else
    redis.call('HDEL', key, field)
  end
end

-- The strictest wish among the run that asks and the runs that have backlog here.
local function limitsOfHost(host, run, runsHere)
  local own = limitsOfRun(run)
  local gapMs, most = math.max(own.gapMs, crawlDelayOf(host, own)), own.most
  for _, other in ipairs(runsHere) do
    if other ~= run then
      local limits = limitsOfRun(other)
      gapMs, most = math.max(gapMs, limits.gapMs, crawlDelayOf(host, limits)), math.min(most, limits.most)
    end
  end
  return gapMs, most
end

local function readyAtMs(host)
  local clocks = redis.call('HMGET', P .. 'h:' .. host, 'next', 'blocked')
  return math.max(nowMs, tonumber(clocks[1]) or 0, tonumber(clocks[2]) or 0)
end

-- Is the host due earlier than release knows, now or later? Then a producer must look again how long it may sleep.
local function armHost(host)
  if redis.call('EXISTS', P .. 'r:' .. host) == 0 then return false end
  return redis.call('ZADD', P .. 'ready', 'LT', 'CH', readyAtMs(host), host) == 1
end

local function slotsHeld(host, most)
  local leases = P .. 'l:' .. host
  local held = redis.call('ZCARD', leases)
  if held >= most then
    redis.call('ZREMRANGEBYSCORE', leases, '-inf', nowMs)
    held = redis.call('ZCARD', leases)
  end
  return held
end

-- The lease of a job belongs to the execution that asked for its turn last. One whose worker was cut off may come back at any time,
-- after its job was handed on: what it says of the line counts, but the slot is no longer its own.
--   executions  HASH  job id -> number of that execution, from 2; while the line has no outcome
local function ownsLease(id, execution)
  return (tonumber(redis.call('HGET', P .. 'executions', id) or '1')) <= execution
end

local function setHostClock(host, ...)
  redis.call('HSET', P .. 'h:' .. host, ...)
  redis.call('PEXPIRE', P .. 'h:' .. host, hostHashLifeMs)
end

-- When a request really left, where that was later than it was granted: the gap counts from there.
local function noteStart(host, startedAtMs)
  local last = tonumber(redis.call('HGET', P .. 'h:' .. host, 'last'))
  -- Whoever was granted the start that stood here has to keep the gap to this one, should it ask again.
  if last and startedAtMs > last and startedAtMs <= nowMs then
    redis.call('HSET', P .. 'h:' .. host, 'last', startedAtMs, 'lastBy', '')
  end
end

-- Where in `ready` a host stands whose runs are all paused or cancelled. Every host with lines stands in `ready`.
local parkedMs = 9e15

-- What a line costs the frontier in bytes, as measured: a list entry, and the keys of a (host, run) that was not there.
local lineOverheadBytes, hostRunOverheadBytes = 14, 300
