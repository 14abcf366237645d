-- Records the outcomes of a group of jobs: slot, released entry, bit, counters and stream change together.
-- KEYS  1 shard prefix  2 BullMQ's list of waiting jobs
-- ARGV  nine a job: host, run, seq, job id, class, summary, record, ms at which its request left or '' (host without a gap),
--       number of its execution
-- Result {1 for each job whose outcome was recorded, 0 where the line already has one, a later release of it is on its way, or its run is
--        gone: its data was deleted or lost}
-- Invariant: pushed = bits set + frontier lines + released entries, before and after.
local idsOfHost, outcomesOfRun, results = {}, {}, {}
local answers = { ok = true, ['not-modified'] = true, ['http-error'] = true }
local isThere = {}
local function isRunThere(run)
  if isThere[run] == nil then isThere[run] = redis.call('HEXISTS', P .. 'run:' .. run, 'spec') == 1 end
  return isThere[run]
end
local someWereHandedOn = redis.call('EXISTS', P .. 'executions') == 1
for i = 1, #ARGV, 9 do
  local host, run, id = ARGV[i], ARGV[i + 1], ARGV[i + 3]
  idsOfHost[host] = idsOfHost[host] or { answered = false }
  if not someWereHandedOn then
    table.insert(idsOfHost[host], id)
  elseif ownsLease(id, tonumber(ARGV[i + 8])) then
    table.insert(idsOfHost[host], id)
    redis.call('HDEL', P .. 'executions', id)
  end
  if answers[ARGV[i + 4]] then idsOfHost[host].answered = true end
  if ARGV[i + 7] ~= '' then noteStart(host, tonumber(ARGV[i + 7])) end
  local current = redis.call('HDEL', P .. 'released', id)
  if not isRunThere(run) then current = 0 end
  results[#results + 1] = current
  if current == 1 then
    local outcomes = outcomesOfRun[run] or {}
    outcomesOfRun[run] = outcomes
    outcomes[#outcomes + 1] = ARGV[i + 2]
    outcomes[#outcomes + 1] = ARGV[i + 4]
    outcomes[#outcomes + 1] = ARGV[i + 5]
    outcomes[#outcomes + 1] = ARGV[i + 6]
  elseif isRunThere(run) then
    redis.call('HINCRBY', P .. 'count:' .. run, 'repeated', 1)
  end
end

local slotFreed = false
for host, ids in pairs(idsOfHost) do
  if #ids > 0 then redis.call('ZREM', P .. 'l:' .. host, unpack(ids)) end
  if ids.answered then redis.call('HDEL', P .. 'h:' .. host, 'refusedSince') end
  slotFreed = armHost(host) or slotFreed
end
for run, outcomes in pairs(outcomesOfRun) do recordOutcomes(run, outcomes) end

if slotFreed or queueRunsLow() then wakeProducers() end
return results
