/** Faults put into a script: the text that is replaced must be there, so that a mutant does not outlive what it breaks. */
export type Mutant = { breaks: string; scripts: string[]; faults: [text: string, by: string][] };

export const mutants: Mutant[] = [
  {
    breaks: 'the fence: only the current release commits',
    scripts: ['commit'],
    faults: [['if current == 1 then', 'if true then']],
  },
  {
    // The fence alone keeps every second outcome away from the bit: without the fence the bit still does.
    breaks: 'the fence and the bit: the first outcome stands',
    faults: [
      ['if current == 1 then', "redis.call('HINCRBY', P .. 'count:' .. run, 'repeated', 1 - current)\n  if true then"],
      [
        "if redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1) == 0 then",
        "redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1)\n    if true then",
      ],
    ],
    scripts: ['commit'],
  },
  {
    breaks: 'the current release leaves `released`',
    scripts: ['commit'],
    faults: [
      [
        "local current = redis.call('HDEL', P .. 'released', id)",
        "local current = redis.call('HEXISTS', P .. 'released', id)",
      ],
    ],
  },
  {
    breaks: 'the checkpoint: a batch is pushed once',
    scripts: ['push'],
    faults: [['if checkpoint ~= expected then', 'if false then']],
  },
  {
    breaks: 'the checkpoint moves with the lines',
    scripts: ['push'],
    faults: [
      [
        "redis.call('SET', P .. 'checkpoint:' .. run, after)",
        "if lines > 0 then redis.call('SET', P .. 'checkpoint:' .. run, after) end",
      ],
    ],
  },
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
  {
    breaks: 'runs share a host in turn',
    scripts: ['release'],
    faults: [['given, runs[#runs + 1] = given + 1, run', 'given = given + 1; table.insert(runs, 1, run)']],
  },
  {
    breaks: 'a halted run is passed over',
    scripts: ['release'],
    faults: [['for i = 1, #halted, 2 do heldUntilMs[halted[i]] = parkedMs end', '']],
  },
  {
    breaks: 'the lag of the sinks holds a run back',
    scripts: ['release'],
    faults: [['if lag > lagMark then heldUntilMs[lagOfRun[i]] = nowMs + lagPauseMs end', '']],
  },
  {
    breaks: 'the window of waiting jobs',
    scripts: ['release'],
    faults: [["most = math.min(most, window - redis.call('LLEN', KEYS[2]))", '']],
  },
  {
    breaks: 'waiting of a run, in release',
    scripts: ['release'],
    faults: [["redis.call('HINCRBY', P .. 'waiting', run, -n)", "redis.call('HINCRBY', P .. 'waiting', run, -1)"]],
  },
  {
    breaks: 'bytes of the backlog, in release',
    scripts: ['release'],
    faults: [['freedBytes = freedBytes + (before - count) * hostRunOverheadBytes', '']],
  },
  {
    breaks: 'ready of a full host: its first lease to expire',
    scripts: ['release'],
    faults: [["redis.call('ZADD', P .. 'ready', againMs, host)", "redis.call('ZADD', P .. 'ready', parkedMs, host)"]],
  },
  {
    breaks: 'commit arms the host',
    scripts: ['commit'],
    faults: [['slotFreed = armHost(host) or slotFreed', '']],
  },
  {
    breaks: 'commit wakes the producer',
    scripts: ['commit'],
    faults: [['if slotFreed or queueRunsLow() then wakeProducers() end', '']],
  },
  {
    breaks: 'yield arms the host',
    scripts: ['yield'],
    faults: [['if armHost(host) or isFirstLine or queueRunsLow() then wakeProducers() end', '']],
  },
  {
    breaks: 'a line that is put back leaves `released`',
    scripts: ['yield'],
    faults: [
      ["redis.call('HDEL', P .. 'released', id) == 1 then", "redis.call('HEXISTS', P .. 'released', id) == 1 then"],
    ],
  },
  {
    breaks: 'a penalty once a pause',
    scripts: ['yield'],
    faults: [['elseif blocked <= nowMs then', 'else']],
  },
  {
    breaks: 'duplicates end as outcomes',
    scripts: ['push'],
    faults: [["addOutcome(outcomes, outcomeOfLine(run, record, 'duplicate', 'repeated-url', atIso))", '']],
  },
  {
    breaks: 'push wakes for the first line of a run',
    scripts: ['push'],
    faults: [['== lines then wakeProducers() end', '== lines then end']],
  },
  {
    breaks: 'resume arms hosts that were parked',
    scripts: ['arm'],
    faults: [['and armHost(ARGV[i])', '']],
  },
  {
    breaks: 'cancel leaves to workers what they have in hand',
    scripts: ['cancel-released'],
    faults: [["redis.call('EXISTS', KEYS[2] .. id .. ':lock') == 0", 'true']],
  },
  {
    breaks: 'cancel takes lines from the backlog',
    scripts: ['cancel-waiting'],
    faults: [["redis.call('HINCRBY', P .. 'waiting', run, -taken)", '']],
  },
  {
    breaks: 'an acknowledgement counts once',
    scripts: ['acknowledge'],
    faults: [
      [
        "if redis.call('XACK', stream, group, unpack(ids)) == 0 then return 1 end",
        "redis.call('XACK', stream, group, unpack(ids))",
      ],
    ],
  },
  {
    breaks: 'only the owner of a run acknowledges',
    scripts: ['acknowledge'],
    faults: [["if redis.call('GET', P .. 'owner:' .. run) ~= ARGV[2] then return 0 end", '']],
  },
  {
    breaks: 'a run that is not collected stays',
    scripts: ['forget'],
    faults: [["or 'inf')", "or '0')"]],
  },
];

export const withFaults = ({ breaks, scripts, faults }: Mutant, script: string, lua: string): string => {
  if (!scripts.includes(script)) return lua;
  return faults.reduce((source, [text, by]) => {
    if (!source.includes(text)) throw new Error(`${script}.lua has nothing to break for: ${breaks}`);
    return source.replace(text, () => by);
  }, lua);
};
