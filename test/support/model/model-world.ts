import { createFrontier, type PushBatch, type ReleasedUrl, type TurnRequest } from '@trawl/shared/frontier/frontier.ts';
import { createRunControl } from '@trawl/shared/frontier/run-control.ts';
import { createRuns } from '@trawl/shared/frontier/runs.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { createSweeper } from '../../../apps/producer/src/release/sweeper.ts';
import { createRobotsStore } from '../../../apps/worker/src/robots/robots-store.ts';
import { turnOfReleased } from '../frontier-world.ts';
import { runSpecOf } from '../run-for-tests.ts';
import { type Model, newModel, newRun, setNow } from './frontier-model.ts';
import { definePicture } from './picture.ts';
import { type PretendJob, pretendQueue } from './pretend-queue.ts';
import { pretendSinks } from './pretend-sink.ts';
import { goBackTo, type Snapshot, setTime, takeSnapshot } from './pretend-time.ts';
import type { Setting } from './steps.ts';

/** What a worker has in hand: one execution of a job. Its lock may be gone without its knowing. */
export type Hand = {
  url: ReleasedUrl;
  turn: TurnRequest & { lockToken: string; execution: number };
  hops: Set<string>;
};

/** A Redis and the model of what it should hold, in step. The connection's scripts have the pretended time. */
export type ModelWorld = Awaited<ReturnType<typeof beginWorld>>;

type WholeSnapshot = { model: Model; jobs: Map<string, PretendJob>; redis: Snapshot };

const runNames = ['a', 'b', 'c'];
const beginsAtMs = 1_800_000_000_000;

export const beginWorld = async (redis: Redis, setting: Setting) => {
  await redis.flushdb();
  await setTime(redis, beginsAtMs);
  const model = newModel(beginsAtMs);
  const frontier = createFrontier(redis, firstShard);
  const runs = createRuns(redis, firstShard);
  const queue = pretendQueue(redis);
  for (const [i, { perHost, gapMs, rate, obeysMs = 0 }] of setting.runs.entries()) {
    const name = runNames[i] ?? 'z';
    newRun(model, { name, perHost, gapMs, rate, obeysMs });
    const politeness = { perHost, perHostGapMs: gapMs, ratePerSecond: rate, crawlDelayCapMs: obeysMs };
    await runs.create(runSpecOf(name, politeness));
  }
  const world = {
    redis,
    setting,
    frontier,
    runs,
    control: createRunControl(redis, firstShard),
    queue,
    robots: createRobotsStore(redis, firstShard, 45_000),
    sinks: pretendSinks(redis, frontier, runs, (): Model => world.model),
    sweep: createSweeper({ redis, shard: firstShard, add: queue.add }),
    readPicture: definePicture(redis),
    model,
    hands: [] as Hand[],
    batches: new Map<string, PushBatch>(),
    snapshot: undefined as WholeSnapshot | undefined,
    /** Jobs that somebody removed from the queue. */
    removed: new Set<string>(),
    /** How often each kind of answer was seen. */
    seen: new Map<string, number>(),
    /** Until when the producer sleeps, unless woken. */
    asleepUntilMs: undefined as number | undefined,
  };
  return world;
};

export const note = ({ seen }: ModelWorld, what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);

export const remember = async (world: ModelWorld): Promise<void> => {
  const redis = await takeSnapshot(world.redis, world.model.nowMs);
  world.snapshot = { model: structuredClone(world.model), jobs: world.queue.snapshot(), redis };
};

/** Redis lost what came after the snapshot; those who work with it did not. */
export const rollBack = async (world: ModelWorld): Promise<void> => {
  if (!world.snapshot) return;
  const { nowMs } = world.model;
  world.model = structuredClone(world.snapshot.model);
  setNow(world.model, nowMs);
  world.queue.goBackTo(world.snapshot.jobs);
  world.sinks.disconnect();
  world.asleepUntilMs = undefined;
  await goBackTo(world.redis, world.snapshot.redis, nowMs);
};

export const handOf = ({ id, url, executions, lock }: PretendJob): Hand => ({
  url,
  turn: { ...turnOfReleased(url), id, execution: executions, lockToken: lock },
  hops: new Set(),
});

/** One of them, whatever the number; undefined: there is none. */
export const chosen = <T>(all: T[], pick: number): T | undefined => all[pick % all.length];

export const runNamed = ({ setting }: ModelWorld, pick: number): string => runNames[pick % setting.runs.length] ?? 'a';
