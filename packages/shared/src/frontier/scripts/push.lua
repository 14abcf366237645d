-- Appends a batch of source lines to the frontier and moves the source checkpoint, in one step.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 checkpoint expected  3 checkpoint after  4 lines pushed after  5 '1': these are the last lines
--       6 backlog mark in bytes  7 time as ISO 8601 for records made here  8 sink lag mark of a run in bytes  then four a line, in seq order:
--         host, record, bucket hash, fingerprint     a URL (bucket hash '' = may repeat)
--         '', record as JSON, reason, summary        a line that is no URL: ends as invalid
-- Result {'pushed', duplicates} | {'moved', checkpoint}: somebody else pushed | {'full', bytes}: wait for room | {'gone'}: no such run
-- The lines of a cancelled run get their outcome here, so that it, too, accounts for its whole source.
-- Invariant: checkpoint, lines, fingerprints and outcomes of a batch are all there or none is.
local run, expected, after, pushedAfter = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local last, markBytes, atIso, lagMark, firstItem = ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), 9
local runKey = P .. 'run:' .. run

if redis.call('HEXISTS', runKey, 'spec') == 0 then return { 'gone' } end
local checkpoint = redis.call('GET', P .. 'checkpoint:' .. run) or ''
if checkpoint ~= expected then return { 'moved', checkpoint } end

-- A short list need not wait until other runs have made room: so many of its lines are taken all the same.
local linesBesideOthers = 1000
local isCancelled = redis.call('HEXISTS', runKey, 'cancelledAtMs') == 1
local backlogBytes = tonumber(redis.call('HGET', P .. 'backlog', 'bytes') or '0')
local function hasItsShare()
  local own = tonumber(redis.call('HGET', P .. 'waiting', run) or '0')
  return own >= linesBesideOthers or own == tonumber(redis.call('HGET', P .. 'backlog', 'lines') or '0')
end
local function lagBytes() return tonumber(redis.call('HGET', P .. 'lag', run) or '0') end
if #ARGV >= firstItem then
  if isCancelled then
    if lagBytes() > lagMark then return { 'full', lagBytes() } end
  elseif backlogBytes > markBytes and hasItsShare() then
    redis.call('SET', P .. 'room-wanted', math.floor(markBytes * 0.8))
    return { 'full', backlogBytes }
  end
end

-- Fingerprints lie in sets small enough to be packed integer arrays: 9 bytes each. Generation g has 16 * 16^g sets and takes
-- 256 members a set, so that none outgrows Redis' limit of 512; a member is looked for in all generations so far.
local seenCount = tonumber(redis.call('HGET', runKey, 'seen') or '0')
local generation, sets, roomLeft = 0, 16, 0
local function enterGeneration()
  local capacity, before = 4096, 0
  generation, sets = 0, 16
  while seenCount >= before + capacity do
    before, capacity, generation, sets = before + capacity, capacity * 16, generation + 1, sets * 16
  end
  roomLeft = before + capacity - seenCount
end
enterGeneration()

local function setOf(g, setsOfG, bucketHash) return P .. 'seen:' .. run .. ':' .. g .. ':' .. (bucketHash % setsOfG) end

local function seenBefore(bucketHash, member)
  local setsOfG = 16
  for g = 0, generation - 1 do
    if redis.call('SISMEMBER', setOf(g, setsOfG, bucketHash), member) == 1 then return true end
    setsOfG = setsOfG * 16
  end
  if redis.call('SADD', setOf(generation, sets, bucketHash), member) == 0 then return true end
  seenCount, roomLeft = seenCount + 1, roomLeft - 1
  if roomLeft == 0 then enterGeneration() end
  return false
end

local linesOfHost, hostsInOrder, outcomes, duplicates, lines = {}, {}, {}, 0, 0
for i = firstItem, #ARGV, 4 do
  local host, record = ARGV[i], ARGV[i + 1]
  if host == '' then
    addOutcome(outcomes, { string.match(ARGV[i + 3], '^%d+'), 'invalid', ARGV[i + 3], record })
  elseif isCancelled then
    addOutcome(outcomes, outcomeOfLine(run, record, 'cancelled', 'run-cancelled', atIso))
  elseif ARGV[i + 2] ~= '' and seenBefore(tonumber(ARGV[i + 2]), ARGV[i + 3]) then
    addOutcome(outcomes, outcomeOfLine(run, record, 'duplicate', 'repeated-url', atIso))
    duplicates = duplicates + 1
  else
    local list = linesOfHost[host]
    if not list then
      list = {}
      linesOfHost[host], hostsInOrder[#hostsInOrder + 1] = list, host
    end
    list[#list + 1] = record
    lines, backlogBytes = lines + 1, backlogBytes + #record + lineOverheadBytes
  end
end

local isEarlier = false
for _, host in ipairs(hostsInOrder) do
  local records = linesOfHost[host]
  if redis.call('RPUSH', P .. 'q:' .. host .. ':' .. run, unpack(records)) == #records then
    redis.call('RPUSH', P .. 'r:' .. host, run)
    backlogBytes = backlogBytes + hostRunOverheadBytes
    isEarlier = armHost(host) or isEarlier
  end
end
if lines > 0 then
  redis.call('HSET', P .. 'backlog', 'bytes', backlogBytes)
  redis.call('HINCRBY', P .. 'backlog', 'lines', lines)
  -- The only run that may go on: release sleeps, although its hosts may look due already.
  if redis.call('HINCRBY', P .. 'waiting', run, lines) == lines then wakeProducers() end
end
redis.call('SET', P .. 'checkpoint:' .. run, after)
redis.call('HSET', runKey, 'pushed', pushedAfter, 'seen', seenCount)
redis.call('HSETNX', runKey, 'firstPushAtMs', nowMs)
if last then redis.call('HSET', runKey, 'total', pushedAfter, 'state', 'draining') end
recordOutcomes(run, outcomes)
if last then finishIfComplete(run) end
if isEarlier then wakeProducers() end
return { 'pushed', duplicates }
