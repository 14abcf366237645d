-- The ledger: one bit a line; the first outcome of a line stands.
--   done:<run> BITMAP   count:<run> HASH class -> n, recorded -> bits set   outcomes:<run> STREAM summary -> record, ...
--   lag HASH run -> bytes committed and not yet in every sink (back-pressure of release); goes when the run is collected
local recordsPerEntry = 500

local function appendToStream(run, fields)
  if #fields > 0 then redis.call('XADD', P .. 'outcomes:' .. run, '*', unpack(fields)) end
end

local function finishIfComplete(run)
  local totals = redis.call('HMGET', P .. 'run:' .. run, 'total', 'state')
  if not totals[1] or totals[2] == 'finished' then return end
  local recorded = tonumber(redis.call('HGET', P .. 'count:' .. run, 'recorded') or '0')
  if recorded < tonumber(totals[1]) then return end
  redis.call('HSET', P .. 'run:' .. run, 'state', 'finished', 'finishedAtMs', nowMs)
  redis.call('HDEL', P .. 'rates', run)
  redis.call('HDEL', P .. 'waiting', run)
  if redis.call('HGET', P .. 'halted', run) == 'paused' then redis.call('HDEL', P .. 'halted', run) end
  redis.call('XADD', P .. 'outcomes:' .. run, '*', 'end', totals[1])
end

-- outcomes: flat list of seq, class, summary, record. Answers how many were the first of their line.
local function recordOutcomes(run, outcomes)
  local classes, fields, bytes, first = {}, {}, 0, 0
  for i = 1, #outcomes, 4 do
    if redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1) == 0 then
      first = first + 1
      classes[outcomes[i + 1]] = (classes[outcomes[i + 1]] or 0) + 1
      bytes = bytes + #outcomes[i + 2] + #outcomes[i + 3]
      fields[#fields + 1] = outcomes[i + 2]
      fields[#fields + 1] = outcomes[i + 3]
      if #fields >= 2 * recordsPerEntry then appendToStream(run, fields); fields = {} end
    end
  end
  if first == 0 then return 0 end
  appendToStream(run, fields)
  for class, n in pairs(classes) do redis.call('HINCRBY', P .. 'count:' .. run, class, n) end
  redis.call('HINCRBY', P .. 'count:' .. run, 'recorded', first)
  redis.call('HSET', P .. 'run:' .. run, 'lastOutcomeAtMs', nowMs)
  redis.call('HINCRBY', P .. 'run:' .. run, 'uncollected', first)
  redis.call('HINCRBY', P .. 'lag', run, bytes)
  finishIfComplete(run)
  return first
end

-- The outcome of a line that nobody asks a host for: seq, class, summary and record, as recordOutcomes takes them.
local function outcomeOfLine(run, record, class, reason, atIso)
  local seq, line, attempts, url = string.match(record, '^(%d+) %d+ (%d+) (%d+) %S+ (%S+)')
  local tries = attempts == '0' and '' or ',"attempts":' .. attempts
  local json = '{"run":' .. cjson.encode(run) .. ',"seq":' .. seq .. ',"line":' .. line .. ',"url":'
    .. string.gsub(cjson.encode(url), '\\/', '/') .. ',"class":"' .. class .. '","reason":"' .. reason .. '"' .. tries
    .. ',"at":"' .. atIso .. '"}'
  return { seq, class, seq .. ' ' .. class .. ' ' .. reason .. ' 0 ' .. attempts .. ' 0 0 -', json }
end

local function addOutcome(outcomes, outcome)
  for _, part in ipairs(outcome) do outcomes[#outcomes + 1] = part end
end
