import type { ScriptMutant } from './script-mutant.ts';

/** Faults in the books: lines, outcomes, what is waited for, how runs end. */
export const mutantsOfBooks: ScriptMutant[] = [
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
