-- Runs: how they begin, and what keeps them from going on.
--   run:<run> HASH spec, state, gapMs, perHost, rate, product, delayCapMs, createdAtMs; paused, cancelledAtMs, problem where they apply
--   runs ZSET   to-collect, to-feed SET   halted HASH run -> 'paused' | 'cancelled <ms>': no worker starts their URLs
--   waiting HASH run -> its lines in the frontier, for every run that is not finished
--
--   feeding --(last push)--> draining --(last bit)--> finished     by push.lua and ledger.lua; never back
--   feeding   total is unknown, the checkpoint says how far its source was read
--   draining  total = pushed; recorded < total
--   finished  recorded = total; in `rates`, `waiting`, `released` and the frontier nothing of it is left, its stream ends with `end`
-- Beside it, while it is not finished: running <--> paused, and cancelled for good. Both of the latter stand in `halted`, are not in
-- `rates`, and nothing of them is released or started.
local haltedKeptMs = 3600000

-- False when there is a run of this name; then nothing is changed.
local function createRun(run, spec, createdAtMs, gapMs, perHost, rate, fedByFleet, product, delayCapMs)
  local key = P .. 'run:' .. run
  if redis.call('EXISTS', key) == 1 then return false end
  redis.call('HSET', key, 'spec', spec, 'state', 'feeding', 'createdAtMs', createdAtMs, 'gapMs', gapMs, 'perHost', perHost,
    'rate', rate, 'product', product, 'delayCapMs', delayCapMs)
  if tonumber(rate) > 0 then redis.call('HSET', P .. 'rates', run, rate) end
  redis.call('HSET', P .. 'waiting', run, 0)
  redis.call('ZADD', P .. 'runs', createdAtMs, run)
  redis.call('SADD', P .. 'to-collect', run)
  if fedByFleet then redis.call('SADD', P .. 'to-feed', run) end
  redis.call('PUBLISH', P .. 'new-runs', run)
  return true
end

-- 'unknown' | 'finished' | 'open'
local function standingOf(run)
  local state = redis.call('HGET', P .. 'run:' .. run, 'state')
  if not state then return 'unknown' end
  return state == 'finished' and 'finished' or 'open'
end

-- A cancelled run is told to workers for as long as a job of it may turn up somewhere.
local function forgetOldHalts()
  local halted = redis.call('HGETALL', P .. 'halted')
  for i = 1, #halted, 2 do
    local atMs = tonumber(string.match(halted[i + 1], '^cancelled (%d+)$'))
    if atMs and nowMs - atMs > haltedKeptMs and standingOf(halted[i]) ~= 'open' then
      redis.call('HDEL', P .. 'halted', halted[i])
    end
  end
end

-- Marks the run: from here on no URL of it starts. Its remaining lines get their outcome from workers, push and cancel.
-- Answers 'cancelled' | 'finished': too late | 'unknown'.
local function cancelRun(run)
  local standing = standingOf(run)
  if standing ~= 'open' then return standing end
  local key = P .. 'run:' .. run
  redis.call('HSETNX', key, 'cancelledAtMs', nowMs)
  redis.call('HDEL', key, 'paused')
  redis.call('HDEL', P .. 'rates', run)
  redis.call('HSET', P .. 'halted', run, 'cancelled ' .. nowMs)
  redis.call('PUBLISH', P .. 'run-control', 'cancelled ' .. run)
  forgetOldHalts()
  return 'cancelled'
end
