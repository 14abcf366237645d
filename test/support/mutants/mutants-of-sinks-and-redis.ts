import type { Mutant } from './mutant.ts';

const platform = 'packages/shared/src/platform';

/** Records on their way into files, and the Redis underneath. */
export const mutantsOfSinksAndRedis: Mutant[] = [
  {
    mechanism: 'a record is in the sinks before it is acknowledged',
    file: 'apps/collector/src/collect.ts',
    from: 'if (!(await sinks.store(batch))) return endingOf(lease);',
    to: 'void sinks.store(batch);',
    tests: [['unit/collect', 'a batch is acknowledged when every sink has it, and the next one is read after that']],
  },
  {
    mechanism: 'a record is on the disk before it is acknowledged',
    file: 'apps/collector/src/sink/jsonl-sink.ts',
    from: 'await file.datasync();',
    to: '',
    tests: [['e2e/file-sink', 'is synced to its disk before its state counts what was written']],
  },
  {
    mechanism: 'a sink has a batch when it was flushed',
    file: 'apps/collector/src/sink/patient-sink.ts',
    from: 'await opened.flush();',
    to: '',
    tests: [['e2e/file-sink', 'is asked again until it takes the batch, and then holds it once']],
  },
  {
    mechanism: 'a sink that refuses is asked again',
    file: 'apps/collector/src/sink/patient-sink.ts',
    from: "while ((await attempt(act)) === 'refused') {",
    to: "if ((await attempt(act)) === 'refused') return false;\n    while (tryAgainMs < 0) {",
    tests: [['e2e/file-sink', 'is asked again until it takes the batch, and then holds it once']],
  },
  {
    mechanism: 'a file is cut back to what was acknowledged',
    file: 'apps/collector/src/sink/jsonl-sink.ts',
    from: 'if (size > bytes) await file.truncate(bytes);\n  return bytes;',
    to: 'return size;',
    tests: [['e2e/file-sink', '%s is cut back to what was acknowledged as soon as it is opened']],
  },
  {
    mechanism: 'a file is changed by who has the lease',
    file: 'apps/collector/src/sink/jsonl-sink.ts',
    from: 'if (!mayChange()) throw new NoLongerOurs();',
    to: '',
    tests: [['e2e/file-sink', 'is not cut back']],
  },
  {
    mechanism: 'a file belongs to one run',
    file: 'apps/collector/src/sink/file-claim.ts',
    from: "if holder and holder ~= ARGV[1] and redis.call('SISMEMBER', KEYS[2], holder) == 1 then return holder end",
    to: '',
    tests: [['e2e/file-sink', 'belongs to one run until that is collected']],
  },
  {
    mechanism: 'what a dead collector had taken comes first',
    file: 'packages/shared/src/frontier/outcome-stream.ts',
    from: "let position = '0';",
    to: "let position = '>';",
    tests: [['e2e/outcome-stream', 'what a collector took and did not acknowledge comes first to the next one']],
  },
  {
    mechanism: 'a lease is one process’s',
    file: 'packages/shared/src/frontier/lease.ts',
    from: "'PX', ARGV[2], 'NX') or",
    to: "'PX', ARGV[2]) or",
    tests: [['e2e/lease', 'a lease is one process’s until it is released, or expires']],
  },
  {
    mechanism: 'a lease whose answer got lost is had',
    file: 'packages/shared/src/frontier/lease.ts',
    from: " or redis.call('GET', KEYS[1]) == ARGV[1] then",
    to: ' then',
    tests: [['e2e/lease', 'a lease whose answer got lost is had by who asks again, and keeps its end']],
  },
  {
    mechanism: 'what a connection forgets that is lost before it was ready is sent again',
    file: 'packages/shared/src/platform/patient-redis.ts',
    from: "this.status === 'connect' && name === 'info' && args.length > 0",
    to: 'false && args.length > 0 && name',
    tests: [
      [
        'e2e/redis-connection',
        'what is asked of a connection that is lost before it was ready is answered by the next one',
      ],
    ],
  },
  {
    mechanism: 'who stood still for too long does not believe in its lease',
    file: 'packages/shared/src/frontier/lease.ts',
    from: 'if (now() >= heldUntilMs) lost.abort();',
    to: '',
    tests: [['e2e/lease', 'a process that stood still for longer than its lease lasts does not believe to have it']],
  },
  {
    mechanism: 'nothing is written without the lease on the run',
    file: 'apps/collector/src/collect.ts',
    from: "if (!lease.isHeld()) return 'lost';",
    to: '',
    tests: [['unit/collect', 'a collector that may have lost its run meanwhile writes nothing more']],
  },
  {
    mechanism: 'an acknowledgement needs the lease on the run',
    file: 'packages/shared/src/frontier/scripts/acknowledge.lua',
    from: "if redis.call('GET', P .. 'owner:' .. run) ~= ARGV[2] then return 0 end",
    to: '',
    tests: [['e2e/outcome-stream', 'an acknowledgement by a collector that has lost the run changes nothing']],
  },
  {
    mechanism: 'an acknowledgement counts once',
    file: 'packages/shared/src/frontier/scripts/acknowledge.lua',
    from: "if redis.call('XACK', stream, group, unpack(ids)) == 0 then return 1 end",
    to: "redis.call('XACK', stream, group, unpack(ids))",
    tests: [['e2e/outcome-stream', 'an acknowledgement that is sent again counts once']],
  },
  {
    mechanism: 'patience with a Redis that refuses',
    file: `${platform}/redis-trouble.ts`,
    from: 'passing.test(error.message);',
    to: 'passing.test(error.message) && passing.flags !== passing.flags;',
    tests: [
      ['e2e/redis-connection', 'a command that Redis refuses for want of memory is done when there is some'],
      ['e2e/infrastructure/redis-refuses', 'while Redis answers %s every process waits'],
    ],
  },
  {
    mechanism: 'a master that Sentinels have replaced is left',
    file: `${platform}/sentinel-options.ts`,
    from: 'if (!leadsTo(stream, master)) stream.destroy();',
    to: 'void leadsTo(stream, master);',
    tests: [
      ['e2e/infrastructure/sentinel', 'leaves a master that stands still, and does not go back to it when it goes on'],
    ],
  },
  {
    mechanism: 'a Redis that evicts is refused',
    file: `${platform}/redis-checks.ts`,
    from: "facts.maxmemoryPolicy !== undefined && facts.maxmemoryPolicy !== 'noeviction'",
    to: 'facts.maxmemoryPolicy === undefined',
    tests: [['e2e/redis-connection', 'refuses one that evicts, with the command that mends it; that command does']],
  },
  {
    mechanism: 'a torn end of the append-only file is mended',
    file: `${platform}/embedded-redis/ensure-server.ts`,
    from: 'await mendTail(files, options);',
    to: 'void mendTail;',
    tests: [['e2e/embedded-redis-recovery', 'whose file ends within a transaction runs no half of it']],
  },
];
