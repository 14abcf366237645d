import type { Mutant } from './mutant.ts';

const scripts = 'packages/shared/src/frontier/scripts';
const halts = 'no interleaving of pause, resume and cancel releases a halted URL, loses a line, or leaves a run';

/** Every line one outcome: its source, the books, and how runs end. */
export const mutantsOfTheLedger: Mutant[] = [
  {
    mechanism: 'the bit: the first outcome of a line stands',
    file: `${scripts}/parts/ledger.lua`,
    from: "if redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1) == 0 then",
    to: "redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1) do",
    tests: [['e2e/frontier-turns', 'an outcome stands though a hand on Redis released its line once more']],
  },
  {
    mechanism: 'the fence: only the current release of a line commits',
    file: `${scripts}/commit.lua`,
    from: 'if current == 1 then',
    to: 'if true then',
    tests: [['e2e/frontier-turns', 'goes first, under a new job id, and its old execution is told so']],
  },
  {
    mechanism: 'a batch goes on from the checkpoint that it expects',
    file: `${scripts}/push.lua`,
    from: "if checkpoint ~= expected then return { 'moved', checkpoint } end",
    to: '',
    tests: [['e2e/frontier', 'a batch that continues from another checkpoint changes nothing']],
  },
  {
    mechanism: 'the checkpoint moves with the lines',
    file: `${scripts}/push.lua`,
    from: "redis.call('SET', P .. 'checkpoint:' .. run, after)",
    to: '',
    tests: [['e2e/frontier', 'a batch that continues from another checkpoint changes nothing']],
  },
  {
    mechanism: 'the source is read on from the checkpoint',
    file: 'apps/producer/src/feed-run.ts',
    from: 'openSource(spec.source, position, options.source)',
    to: 'openSource(spec.source, undefined, options.source)',
    tests: [
      ['e2e/feed-run', 'a producer that died between two pushes is continued exactly where it was'],
      ['e2e/feed-fleet', 'when the producer that feeds a run is killed, another one goes on exactly where it was'],
    ],
  },
  {
    mechanism: 'a released line stands in the recovery table',
    file: `${scripts}/release.lua`,
    from: "redis.call('HSET', P .. 'released', unpack(entries))",
    to: '',
    tests: [['e2e/frontier-turns', 'the first outcome of a line stands, the second is refused']],
  },
  {
    mechanism: 'who adds jobs repeats nothing unasked',
    file: 'apps/producer/src/release/fetch-queue.ts',
    from: 'redis.duplicate({ retryStrategy: null })',
    to: 'redis.duplicate()',
    tests: [
      ['e2e/fetch-queue', 'a job that was added without an answer, and has ended since, comes again only to ask'],
    ],
  },
  {
    mechanism: 'the sweeper adds what has no job',
    file: 'apps/producer/src/release/sweeper.ts',
    from: 'const lost = missing.filter(([id]) => suspects.has(id));',
    to: 'const lost = missing.filter(() => false);',
    tests: [
      ['property/frontier-regressions', 'a retry whose job was removed is executed again'],
      ['e2e/infrastructure/strange-jobs', 'jobs that somebody removes, drains, promotes'],
    ],
  },
  {
    mechanism: 'jobs that nobody can read are removed',
    file: 'apps/producer/src/release/unreadable-jobs.ts',
    from: 'Number(stalls[i] ?? 0) > mostStalls',
    to: 'Number(stalls[i] ?? 0) > Infinity',
    tests: [
      ['e2e/unreadable-jobs', 'a job that stalled more often than any worker lets it is removed, others stay'],
      ['e2e/infrastructure/strange-jobs', 'a job that no worker can so much as read does not go round for ever'],
    ],
  },
  {
    mechanism: 'a run above its marks waits: the backlog',
    file: `${scripts}/push.lua`,
    from: 'elseif backlogBytes > markBytes and hasItsShare() then',
    to: 'elseif false then',
    tests: [['e2e/frontier', 'above the backlog mark nothing is taken']],
  },
  {
    mechanism: 'a run above its marks waits: records on their way to the sinks',
    file: `${scripts}/release.lua`,
    from: 'if lag > lagMark then heldUntilMs[lagOfRun[i]] = nowMs + lagPauseMs end',
    to: '',
    tests: [['e2e/frontier', 'the window of waiting jobs and the lag of the sinks stop it']],
  },
  {
    mechanism: 'nothing of a paused run is released',
    file: `${scripts}/release.lua`,
    from: 'for i = 1, #halted, 2 do heldUntilMs[halted[i]] = parkedMs end',
    to: '',
    tests: [['property/gate', 'a paused run goes on where it was, whatever happened to its hosts meanwhile']],
  },
  {
    mechanism: 'nothing of a cancelled run is started',
    file: 'apps/worker/src/process-url.ts',
    from: 'if (halted) return halt(job, effects, halted);',
    to: 'void halted;',
    tests: [['unit/process-url', 'whose run was %s since its release is not asked']],
  },
  {
    mechanism: 'nor does what was started leave',
    file: 'apps/worker/src/politeness/departure.ts',
    from: 'options.halted.of(job.run) !== undefined',
    to: 'false',
    tests: [['unit/ask-for-turn', 'of a run that was halted since the turn nothing leaves, on a host %s']],
  },
  {
    mechanism: 'what a cancelled run has in the frontier ends',
    file: 'packages/shared/src/frontier/finish-cancelled-run.ts',
    from: '(await endWaiting(run, options, stop)) + (await endReleased(run, options, stop))',
    to: '(await endReleased(run, options, stop)) + 0 * Number(endWaiting.length)',
    tests: [['property/gate', halts]],
  },
  {
    mechanism: 'cancelled lines are recorded',
    file: `${scripts}/cancel-waiting.lua`,
    from: 'recordOutcomes(run, outcomes)',
    to: '',
    tests: [['property/gate', halts]],
  },
  {
    mechanism: 'a run that Redis lost is fed no further',
    file: `${scripts}/push.lua`,
    from: "if redis.call('HEXISTS', runKey, 'spec') == 0 then return { 'gone' } end",
    to: '',
    tests: [['e2e/feed-run', 'a run that Redis does not know any more is fed no further']],
  },
  {
    mechanism: 'a run that Redis lost ends in a clear error',
    file: 'packages/shared/src/frontier/run-gone.ts',
    from: "if ((await redis.hexists(keysOf(shard).run(run), 'spec')) === 0) throw new RunGone(run);",
    to: 'void [redis, shard, run, keysOf];',
    tests: [['e2e/infrastructure/lost-run', 'a run %s ends in a clear error, and fleets serve others']],
  },
  {
    mechanism: 'jobs of a run that Redis lost are dropped',
    file: 'apps/worker/src/start-worker.ts',
    from: 'if (policy === undefined) return await dropOfGoneRun(job);',
    to: "if (policy === undefined) return void dropOfGoneRun ?? { next: 'nothing' };",
    tests: [['e2e/infrastructure/lost-run', 'a worker drops jobs of a run that is gone, and they do not come back']],
  },
];
