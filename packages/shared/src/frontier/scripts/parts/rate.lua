-- The global rate: the strictest wish of the runs that are not finished.
--   rates   HASH  run -> requests a second
--   bucket  HASH  atUs, tokens: what release may still hand out;  startAtMs: when the next start is due
local function globalRate()
  local rate = 0
  for _, wish in ipairs(redis.call('HVALS', P .. 'rates')) do
    local perSecond = tonumber(wish)
    if rate == 0 or perSecond < rate then rate = perSecond end
  end
  return rate
end

-- A tenth of a second's worth may leave at once.
local function burstOf(rate) return math.max(1, rate / 10) end

local function tokensNow(rate)
  local state = redis.call('HMGET', P .. 'bucket', 'atUs', 'tokens')
  local nowUs = time[1] * 1000000 + time[2]
  local sinceUs = math.max(0, nowUs - (tonumber(state[1]) or nowUs))
  local tokens = math.min(burstOf(rate), (tonumber(state[2]) or burstOf(rate)) + sinceUs * rate / 1000000)
  redis.call('HSET', P .. 'bucket', 'atUs', nowUs, 'tokens', tokens)
  return tokens
end

-- Books one start: however late released URLs begin, their starts keep the rate. Answers the ms of the start.
local function bookStart(rate, wishedMs)
  local intervalMs = 1000 / rate
  local dueMs = tonumber(redis.call('HGET', P .. 'bucket', 'startAtMs')) or 0
  local atMs = math.max(wishedMs, dueMs - (burstOf(rate) - 1) * intervalMs)
  redis.call('HSET', P .. 'bucket', 'startAtMs', math.max(dueMs, atMs) + intervalMs)
  return math.ceil(atMs)
end
