/** A mechanism that keeps a promise, and how it is taken out: the text must stand in the file exactly once. */
export type Mutant = { name: string; file: string; from: string; to: string };

const scripts = 'packages/shared/src/frontier/scripts';

/** What must not be missed when it is gone would not be needed. */
export const mutants: Mutant[] = [
  {
    name: 'the first outcome of a line stands',
    file: `${scripts}/parts/ledger.lua`,
    from: "if redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1) == 0 then",
    to: "redis.call('SETBIT', P .. 'done:' .. run, outcomes[i], 1) do",
  },
  {
    name: 'a batch goes on from the checkpoint that it expects',
    file: `${scripts}/push.lua`,
    from: "if checkpoint ~= expected then return { 'moved', checkpoint } end",
    to: '',
  },
  {
    name: 'the checkpoint moves with the lines',
    file: `${scripts}/push.lua`,
    from: "redis.call('SET', P .. 'checkpoint:' .. run, after)",
    to: '',
  },
  {
    name: 'released URLs stand in the recovery table',
    file: `${scripts}/release.lua`,
    from: "redis.call('HSET', P .. 'released', unpack(entries))",
    to: '',
  },
  {
    name: 'release leases the slots of a host',
    file: `${scripts}/release.lua`,
    from: "redis.call('ZADD', P .. 'l:' .. host, unpack(leases))",
    to: '',
  },
  {
    name: 'the sweeper adds what has no job',
    file: 'apps/producer/src/release/sweeper.ts',
    from: 'const lost = missing.filter(([id]) => suspects.has(id));',
    to: 'const lost = missing.filter(() => false);',
  },
  {
    name: 'no stalled limit of BullMQ ends a URL',
    file: 'apps/worker/src/queue.ts',
    from: 'maxStalledCount: 1e9,',
    to: 'maxStalledCount: 0,',
  },
  {
    name: 'stalled jobs are looked for',
    file: 'apps/worker/src/queue.ts',
    from: 'stalledInterval: options.stalledIntervalMs,',
    to: 'skipStalledCheck: true,',
  },
  {
    name: 'commit comes before the end of the job',
    file: 'apps/worker/src/process-url.ts',
    from: '  await effects.commit(job, verdict, outcome);\n  return',
    to: '  void effects.commit(job, verdict, outcome).catch(() => undefined);\n  return',
  },
  {
    name: 'the sink is cut back to what was acknowledged',
    file: 'apps/collector/src/sink/jsonl-sink.ts',
    from: 'if (size > bytes) await file.truncate(bytes);\n  return bytes;',
    to: 'return size;',
  },
  {
    name: 'a record is written before it is acknowledged',
    file: 'apps/collector/src/collect.ts',
    from: 'if (!(await sinks.store(batch))) return endingOf(lease);',
    to: 'setTimeout(() => void sinks.store(batch), 400);',
  },
  {
    name: 'an acknowledgement needs the lease on the run',
    file: `${scripts}/acknowledge.lua`,
    from: "if redis.call('GET', P .. 'owner:' .. run) ~= ARGV[2] then return 0 end",
    to: '',
  },
  {
    name: 'entries that nobody acknowledged come first',
    file: 'apps/collector/src/sink/jsonl-sink.ts',
    from: 'if (state === undefined) return size;',
    to: 'return size;',
  },
  {
    name: 'a cancelled run starts nothing',
    file: 'apps/worker/src/process-url.ts',
    from: 'if (halted) return halt(job, effects, halted);',
    to: 'void halted;',
  },
  {
    name: 'what a cancelled run has in the frontier ends',
    file: 'packages/shared/src/frontier/finish-cancelled-run.ts',
    from: '(await endWaiting(run, options, stop)) + (await endReleased(run, options, stop))',
    to: '(await endReleased(run, options, stop)) + 0 * Number(endWaiting.length)',
  },
  {
    name: 'a torn end of the append-only file is mended',
    file: 'packages/shared/src/platform/embedded-redis/ensure-server.ts',
    from: 'await mendTail(files, options);',
    to: 'void mendTail;',
  },
];
