-- Creates a run. Its lines come through push.
-- KEYS  1 shard prefix
-- ARGV  1 run  2 spec as JSON  3 created at, ms  4 gap of a host in ms  5 most at once per host  6 requests a second, 0 = no limit
--       7 '1': the fleet's producers read its source  8 the name by which a robots.txt calls it  9 longest crawl-delay that it
--       obeys in ms, 0 = none
-- Result 1 | 0: there is another run of this name, nothing was changed
-- Invariant: a run is there whole or not at all; told again after its answer got lost, it is the same.
if redis.call('HGET', P .. 'run:' .. ARGV[1], 'spec') == ARGV[2] then return 1 end
return createRun(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7] == '1', ARGV[8], ARGV[9])
  and 1 or 0
