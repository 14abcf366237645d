import type { RunSpec, RunState, RunStatus, SourceIdentity } from '../domain/run.ts';
import type { Redis } from '../platform/redis.ts';
import { keysOf, type Shard } from './shard.ts';

/** Records of runs. A run exists once its hash does; its lines come through `push`. */
export const createRuns = (redis: Redis, shard: Shard) => {
  const keys = keysOf(shard);

  return {
    /** False when a run of this name exists already; then nothing is changed. */
    create: async (spec: RunSpec): Promise<boolean> => {
      const { run, settings } = spec;
      if ((await redis.hsetnx(keys.run(run), 'spec', JSON.stringify(spec))) === 0) return false;
      const start = redis.multi().hset(keys.run(run), {
        state: 'feeding',
        gapMs: settings.perHostGapMs,
        perHost: settings.perHost,
        createdAtMs: spec.createdAtMs,
      });
      if (settings.ratePerSecond > 0) start.hset(keys.rates, run, settings.ratePerSecond);
      start.zadd(keys.runs, spec.createdAtMs, run).sadd(keys.toCollect, run).publish(keys.newRuns, run);
      await start.exec();
      return true;
    },

    spec: async (run: string): Promise<RunSpec | undefined> => {
      const text = await redis.hget(keys.run(run), 'spec');
      return text === null ? undefined : (JSON.parse(text) as RunSpec);
    },

    /** Names, the newest first. */
    list: (most = 100): Promise<string[]> => redis.zrevrange(keys.runs, 0, most - 1),

    /** Everything in a constant number of commands, from counters. */
    status: async (run: string): Promise<RunStatus | undefined> => {
      const [hash, count, released] = await Promise.all([
        redis.hgetall(keys.run(run)),
        redis.hgetall(keys.count(run)),
        redis.hlen(keys.released),
      ]);
      if (hash['spec'] === undefined) return undefined;
      return { ...statusOf(run, hash, count), released };
    },

    /** What the source was when the run began; the first caller's word stands. */
    rememberSource: async (run: string, identity: SourceIdentity): Promise<void> =>
      void (await redis.hsetnx(keys.run(run), 'sourceIdentity', JSON.stringify(identity))),

    sourceIdentity: async (run: string): Promise<SourceIdentity | undefined> => {
      const text = await redis.hget(keys.run(run), 'sourceIdentity');
      return text === null ? undefined : (JSON.parse(text) as SourceIdentity);
    },

    checkpoint: async (run: string): Promise<string> => (await redis.get(keys.checkpoint(run))) ?? '',

    /** Frees what only the feeding of a finished run needed; the ledger and the report stay. */
    dropFeedingState: async (run: string): Promise<void> => {
      const seen = Number(await redis.hget(keys.run(run), 'seen'));
      for (const names of seenSets(seen)) {
        await redis.unlink(...names.map(([generation, bucket]) => keys.seen(run, generation, bucket)));
      }
    },
  };
};

export type Runs = ReturnType<typeof createRuns>;

function statusOf(
  run: string,
  hash: Record<string, string>,
  count: Record<string, string>,
): Omit<RunStatus, 'released'> {
  const { recorded, repeated: _repeated, ...classes } = count;
  const time = (field: string) => (hash[field] === undefined ? {} : { [field]: Number(hash[field]) });
  return {
    run,
    state: hash['state'] as RunState,
    spec: JSON.parse(hash['spec'] ?? '{}') as RunSpec,
    createdAtMs: Number(hash['createdAtMs']),
    ...time('firstPushAtMs'),
    ...time('lastOutcomeAtMs'),
    ...time('finishedAtMs'),
    ...time('collectedAtMs'),
    pushed: Number(hash['pushed'] ?? 0),
    recorded: Number(recorded ?? 0),
    classes: Object.fromEntries(Object.entries(classes).map(([name, n]) => [name, Number(n)])),
    uncollected: Number(hash['uncollected'] ?? 0),
  };
}

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
