-- The sinks have a batch: acknowledge it, count it into the report, remember how far the files reach.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 token of the collector that owns the run  3 consumer group  4 '1': keep the entries  5 records  6 bytes
--       7 sink state as JSON  8 n entry ids, then the ids  then m counters: field, increment, ...  ('failing:<host>' too)
-- Result 1 | 0: another collector owns the run now, nothing was changed
-- Invariant: an entry's records are counted into the report exactly once, in the step that acknowledges it.
local run, group, keep = ARGV[1], ARGV[3], ARGV[4] == '1'
if redis.call('GET', P .. 'owner:' .. run) ~= ARGV[2] then return 0 end
local stream, n = P .. 'outcomes:' .. run, tonumber(ARGV[8])
local ids = {}
for i = 9, 8 + n do ids[#ids + 1] = ARGV[i] end
if n > 0 then
  -- A call that is sent again after its answer got lost finds nothing pending, and counts nothing.
  if redis.call('XACK', stream, group, unpack(ids)) == 0 then return 1 end
  if not keep then redis.call('XDEL', stream, unpack(ids)) end
end
redis.call('HSET', P .. 'sink:' .. run, 'state', ARGV[7])
redis.call('HINCRBY', P .. 'run:' .. run, 'uncollected', 0 - tonumber(ARGV[5]))
redis.call('HINCRBY', P .. 'lag', run, 0 - tonumber(ARGV[6]))
local failing = P .. 'failing:' .. run
for i = 9 + n, #ARGV, 2 do
  local host = string.match(ARGV[i], '^failing:(.+)$')
  if host then redis.call('ZINCRBY', failing, ARGV[i + 1], host)
  else redis.call('HINCRBY', P .. 'stats:' .. run, ARGV[i], ARGV[i + 1]) end
end
-- The report shows the worst hosts only: ten thousand are plenty.
redis.call('ZREMRANGEBYRANK', failing, 0, -10001)
wakeProducers()
return 1
