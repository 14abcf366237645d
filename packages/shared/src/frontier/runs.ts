import type { RunSpec, RunState, RunStatus, SourceIdentity } from '../domain/run.ts';
import type { Redis } from '../platform/redis.ts';
import { loadScripts } from './load-scripts.ts';
import { wishesOf } from './run-wishes.ts';
import { keysOf, type Shard } from './shard.ts';

/** Records of runs. A run exists once its hash does; its lines come through `push`. */
export const createRuns = (redis: Redis, shard: Shard) => {
  const keys = keysOf(shard);
  const scripts = loadScripts(redis);

  return {
    /** False when another run of this name exists already; then nothing is changed. */
    create: async (spec: RunSpec): Promise<boolean> => {
      const { run, settings, createdAtMs, fedBy } = spec;
      const { pace, robots } = wishesOf(settings);
      const args = [run, JSON.stringify(spec), createdAtMs, ...pace, fedBy === 'fleet' ? '1' : '0', ...robots];
      return (await scripts.start([shard.prefix], args)) === 1;
    },

    spec: async (run: string): Promise<RunSpec | undefined> => {
      const text = await redis.hget(keys.run(run), 'spec');
      return text === null ? undefined : (JSON.parse(text) as RunSpec);
    },

    /** Names, the newest first. */
    list: (most = 100): Promise<string[]> => redis.zrevrange(keys.runs, 0, most - 1),

    /** Everything in a constant number of commands, from counters. */
    status: async (run: string): Promise<RunStatus | undefined> => {
      const [hash, count, waiting] = await Promise.all([
        redis.hgetall(keys.run(run)),
        redis.hgetall(keys.count(run)),
        redis.hget(keys.waiting, run),
      ]);
      return hash['spec'] === undefined ? undefined : statusOf(run, { hash, count, waiting: Number(waiting ?? 0) });
    },

    /** What the source was when the run began; the first caller's word stands. */
    rememberSource: async (run: string, identity: SourceIdentity): Promise<void> =>
      void (await redis.hsetnx(keys.run(run), 'sourceIdentity', JSON.stringify(identity))),

    sourceIdentity: async (run: string): Promise<SourceIdentity | undefined> => {
      const text = await redis.hget(keys.run(run), 'sourceIdentity');
      return text === null ? undefined : (JSON.parse(text) as SourceIdentity);
    },

    /** Why its source could not be read to the end. */
    noteProblem: async (run: string, problem: string): Promise<void> =>
      void (await redis.hset(keys.run(run), 'problem', problem)),

    /** Runs whose source is to be read by the producers of the fleet. */
    toFeed: (): Promise<string[]> => redis.smembers(keys.toFeed),

    /** There is nothing left to read. */
    noteFed: async (run: string): Promise<void> => void (await redis.srem(keys.toFeed, run)),

    checkpoint: async (run: string): Promise<string> => (await redis.get(keys.checkpoint(run))) ?? '',

    /** Frees what only the feeding and fetching of a finished run needed; the ledger and the report stay. */
    dropFeedingState: async (run: string): Promise<void> => {
      await redis.unlink(keys.cookies(run));
      const seen = Number(await redis.hget(keys.run(run), 'seen'));
      for (const names of seenSets(seen)) {
        await redis.unlink(...names.map(([generation, bucket]) => keys.seen(run, generation, bucket)));
      }
    },
  };
};

export type Runs = ReturnType<typeof createRuns>;

/** @param found the hashes `run:<run>` and `count:<run>`, and the run's lines in the frontier */
export const statusOf = (
  run: string,
  { hash, count, waiting }: { hash: Record<string, string>; count: Record<string, string>; waiting: number },
): RunStatus => {
  const { recorded: recordedText, repeated: _repeated, ...classes } = count;
  const time = (field: string) => (hash[field] === undefined ? {} : { [field]: Number(hash[field]) });
  const pushed = Number(hash['pushed'] ?? 0);
  const recorded = Number(recordedText ?? 0);
  return {
    run,
    state: hash['state'] as RunState,
    spec: JSON.parse(hash['spec'] ?? '{}') as RunSpec,
    createdAtMs: Number(hash['createdAtMs']),
    ...time('firstPushAtMs'),
    ...time('lastOutcomeAtMs'),
    ...time('finishedAtMs'),
    ...time('collectedAtMs'),
    ...time('cancelledAtMs'),
    ...(hash['problem'] === undefined ? {} : { problem: hash['problem'] }),
    paused: hash['paused'] === '1',
    pushed,
    recorded,
    waiting,
    released: Math.max(0, pushed - recorded - waiting),
    classes: Object.fromEntries(Object.entries(classes).map(([name, n]) => [name, Number(n)])),
    uncollected: Number(hash['uncollected'] ?? 0),
  };
};

/** The fingerprint sets that push.lua has filled for so many members, in groups of at most 1,000. */
function* seenSets(members: number): Generator<[generation: number, bucket: number][]> {
  for (let generation = 0, sets = 16, before = 0; before <= members; generation++, sets *= 16) {
    for (let from = 0; from < sets; from += 1000) {
      const size = Math.min(1000, sets - from);
      yield Array.from({ length: size }, (_, i) => [generation, from + i]);
    }
    before += sets * 256;
  }
}
