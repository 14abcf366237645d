-- Takes what a host has set, changed or taken back of its cookies into the text that holds them: lines of
-- `<expiresMs>\t<path>\t<name>\t<secure>\t<value>`, the cookie that was set first at the top; 0: they do not expire.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 host  3 most cookies of a host  4 most bytes of a host  5 most bytes of a run  6 ms that all of the run's stay
--       7... lines; one that has expired takes its cookie back
-- Result the host's text afterwards; where the run has no room for more, the text as it was
-- Invariant: the field '' holds the bytes of all others, at most ARGV[5].
local key, host = P .. 'cookies:' .. ARGV[1], ARGV[2]
local before = redis.call('HGET', key, host) or ''
local order, lineOf = {}, {}
local function put(line)
  local expiresMs, id = string.match(line, '^(%d+)\t([^\t]*\t[^\t]*)\t')
  if not lineOf[id] then order[#order + 1] = id end
  lineOf[id] = (expiresMs == '0' or tonumber(expiresMs) > nowMs) and line or ''
end
for line in string.gmatch(before, '[^\n]+') do put(line) end
for i = 7, #ARGV do put(ARGV[i]) end

-- From the newest back, until there is no room.
local kept, bytes = {}, 0
for i = #order, 1, -1 do
  local line = lineOf[order[i]]
  if line ~= '' then
    if #kept == tonumber(ARGV[3]) or bytes + #line + 1 > tonumber(ARGV[4]) then break end
    table.insert(kept, 1, line .. '\n')
    bytes = bytes + #line + 1
  end
end

local total = tonumber(redis.call('HGET', key, '') or 0) + bytes - #before
if bytes > #before and total > tonumber(ARGV[5]) then return before end
local after = table.concat(kept)
if total == 0 then
  redis.call('DEL', key)
  return after
end
if after == '' then redis.call('HDEL', key, host) else redis.call('HSET', key, host, after) end
redis.call('HSET', key, '', total)
redis.call('PEXPIRE', key, ARGV[6])
return after
