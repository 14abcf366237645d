import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import { must } from './frontier-model.ts';
import { type ModelWorld, runNamed } from './model-world.ts';
import type { Step } from './steps.ts';
import { jobLockMs } from './worker-steps.ts';

/** Slow hosts under a low rate move by a line in many. */
const mostRounds = 4000;

/** From wherever a sequence has led, ordinary workers bring every run to its end, and nothing is left of it. */
export const endAllRuns = async (world: ModelWorld, act: (step: Step) => Promise<void>): Promise<void> => {
  while (world.hands.length > 0) await act({ do: 'worker-dies', pick: 0 });
  await act({ do: 'pass', ms: jobLockMs });
  const numbers = world.setting.runs.map((_, run) => run);
  for (const run of numbers) await act({ do: 'resume', run });
  for (let round = 0; !areAllFinished(world); round++) {
    must(round < mostRounds, `runs do not end: ${openRuns(world)}`);
    for (const run of numbers) await goOn(world, act, run);
    await act({ do: 'sweep' });
    await act({ do: 'release', most: 50, window: 50, leaseMs: 60_000, how: 'added' });
    const { asleepUntilMs } = world;
    const isIdle = world.queue.waiting().length === 0;
    while (world.queue.waiting().length > 0) await fetchNext(world, act);
    const sleepsMs = Math.min(400_000, (asleepUntilMs ?? 0) - world.model.nowMs);
    if (isIdle) await act({ do: 'pass', ms: sleepsMs > 0 ? sleepsMs : 50 });
  }
  for (const run of numbers) {
    // What another collector had read comes first, and by itself.
    for (let times = 0; times < 3; times++) await act({ do: 'collect', run, how: 'all' });
  }
  while (world.queue.waiting().length > 0) await fetchNext(world, act);
  await checkNothingIsLeft(world);
};

const openRuns = ({ model }: ModelWorld): string[] =>
  [...model.runs.values()].filter(({ isFinished }) => !isFinished).map(({ name }) => name);

const areAllFinished = (world: ModelWorld): boolean => openRuns(world).length === 0;

async function goOn(world: ModelWorld, act: (step: Step) => Promise<void>, run: number): Promise<void> {
  const books = world.model.runs.get(runNamed(world, run));
  if (books && books.total === undefined) await act({ do: 'push', run, lines: [], how: 'last' });
  if (books?.isCancelled && !books.isFinished) await act({ do: 'finish', run });
  await act({ do: 'collect', run, how: 'all' });
}

async function fetchNext(world: ModelWorld, act: (step: Step) => Promise<void>): Promise<void> {
  await act({ do: 'take', pick: 0 });
  await act({ do: 'acquire', pick: 0, again: false, patienceMs: 1000, leadMs: 0 });
  const hand = world.hands[0];
  if (!hand) return;
  const holds = (world.model.hosts.get(hand.turn.host)?.leases.get(hand.turn.id) ?? 0) > world.model.nowMs;
  if (holds) await act({ do: 'commit', picks: [0], class: 'ok', sentMsAgo: -1, isRepeated: false });
  else await act({ do: 'yield', pick: 0, how: 'put-back', pauseMs: -1, sentMsAgo: -1 });
}

const keys = keysOf(firstShard);

async function checkNothingIsLeft(world: ModelWorld): Promise<void> {
  for (const run of world.model.runs.values()) {
    must(run.collectedAtMs !== undefined, `${run.name} is not collected`);
    must(run.outcomes.size === run.pushed, `${run.name} has ${run.outcomes.size} outcomes for ${run.pushed} lines`);
  }
  // A few bytes stay of a job that was removed while the outcome of its line came from an execution that had been cut off.
  const numbered = [...world.model.executions.keys()].filter((id) => !world.removed.has(id));
  must(numbered.length === 0, `executions of ended jobs are left: ${numbered}`);
  const left = await world.redis.exists(keys.released, keys.ready, keys.waiting, keys.lag);
  const lists = await world.redis.keys(`${firstShard.prefix}[qr]:*`);
  must(left === 0 && lists.length === 0, `left of ended runs: ${left} of the hashes of the frontier, ${lists}`);
}
