import type { ScriptMutant } from './script-mutant.ts';

/** Faults in who may ask a host, and when. */
export const mutantsOfTurns: ScriptMutant[] = [
  {
    breaks: 'ownsLease in commit: a slot is that of the latest execution',
    scripts: ['commit'],
    faults: [['elseif ownsLease(id, tonumber(ARGV[i + 8])) then', 'else']],
  },
  {
    breaks: 'ownsLease in yield',
    scripts: ['yield'],
    faults: [['if ownsLease(id, tonumber(ARGV[8])) then', 'if true then']],
  },
  {
    breaks: 'ownsLease in acquire',
    scripts: ['acquire'],
    faults: [['if hasLost or not ownsLease(id, execution) then', 'if hasLost then']],
  },
  {
    breaks: 'the execution is written down',
    scripts: ['acquire'],
    faults: [["if execution > 1 then redis.call('HSET'", "if execution > 2 then redis.call('HSET'"]],
  },
  {
    breaks: 'the token of the lock',
    scripts: ['acquire'],
    faults: [['if hasLost or not', 'if not']],
  },
  {
    breaks: 'a line with an outcome gets no turn',
    scripts: ['acquire'],
    faults: [["if redis.call('GETBIT', P .. 'done:' .. run, seq) == 1 then return 'recorded' end", '']],
  },
  {
    breaks: 'a put-back line gets no turn',
    scripts: ['acquire'],
    faults: [["return redis.call('HEXISTS', P .. 'released', id) == 0 and 'superseded'", 'return false']],
  },
  {
    breaks: 'a halted run gets no turn',
    scripts: ['acquire'],
    faults: [["if halt then return { string.match(halt, '^%a+'), 0 } end", '']],
  },
  {
    breaks: 'the slots of a host, in acquire',
    scripts: ['acquire'],
    faults: [['if slotsHeld(host, most) >= most then', 'if false then']],
  },
  {
    breaks: 'the gap between two starts',
    scripts: ['acquire'],
    faults: [['movesOwnStart and last or last + gapMs', 'last']],
  },
  {
    breaks: 'a crawl-delay is a gap',
    scripts: ['release', 'acquire'],
    faults: [['math.max(own.gapMs, crawlDelayOf(host, own))', 'own.gapMs']],
  },
  {
    breaks: 'the longest crawl-delay that a run obeys',
    scripts: ['release', 'acquire'],
    faults: [['math.min(limits.delayCapMs, ', 'math.min(3600000, ']],
  },
  {
    breaks: 'a crawl-delay counts from the request for the robots.txt',
    scripts: ['keep-robots'],
    faults: [["redis.call('HEXISTS', P .. 'h:' .. host, 'last') == 0 then", 'false then']],
  },
  {
    breaks: 'the gap to the request for which a turn was used',
    scripts: ['acquire'],
    faults: [['if usedMs and gapMs > 0 and', 'if false and']],
  },
  {
    breaks: 'the reserve for a redirect',
    scripts: ['acquire'],
    faults: [["if isHop then setHostClock(host, 'hopUntil', nowMs + hopReserveMs) end", '']],
  },
  {
    breaks: 'the reserve is kept free',
    scripts: ['release'],
    faults: [['- (hopUntil > nowMs and 1 or 0)', '']],
  },
  {
    breaks: 'the slots of a host, in release',
    scripts: ['release'],
    faults: [['local free = mostHere - slotsHeld(host, mostHere)', 'local free = mostHere']],
  },
  {
    breaks: 'expired leases are free slots',
    scripts: ['release'],
    faults: [["redis.call('ZREMRANGEBYSCORE', leases, '-inf', nowMs)", '']],
  },
  {
    breaks: 'a penalty holds release back',
    scripts: ['release', 'commit', 'yield', 'push', 'arm', 'cancel-released', 'acquire'],
    faults: [
      [
        'math.max(nowMs, tonumber(clocks[1]) or 0, tonumber(clocks[2]) or 0)',
        'math.max(nowMs, tonumber(clocks[1]) or 0)',
      ],
    ],
  },
];
