import { finishCancelledRun } from '@trawl/shared/frontier/finish-cancelled-run.ts';
import { forgetRuns } from '@trawl/shared/frontier/forget-runs.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { checkReady, compare } from './compare.ts';
import { type Model, must, setNow, Violation } from './frontier-model.ts';
import { checkInvariants } from './invariants.ts';
import { finishCancelled, forget, halt } from './model-of-halts.ts';
import { noteLooserHosts, servedAtMs } from './model-of-release.ts';
import { beginWorld, chosen, type ModelWorld, note, remember, rollBack, runNamed } from './model-world.ts';
import { passTime } from './pretend-time.ts';
import { atIso, pushStep, releaseStep, sweepStep } from './producer-steps.ts';
import { robotsStep } from './robots-step.ts';
import type { Sequence, Step } from './steps.ts';
import {
  acquireStep,
  commitStep,
  handOnStalled,
  handOnStep,
  hopStep,
  jobLockMs,
  leaveHops,
  loseStep,
  takeStep,
  yieldStep,
} from './worker-steps.ts';

/**
 * Does the steps to Redis and to the model, and looks after each whether all invariants hold and both agree; then ends all runs.
 * Rejects with a `Violation` that names the step. Answers how many steps were done, and which answers came.
 */
export const play = async (
  redis: Redis,
  { setting, steps }: Sequence,
  endAll: (world: ModelWorld, act: (step: Step) => Promise<void>) => Promise<void>,
): Promise<{ done: number; seen: Map<string, number> }> => {
  const world = await beginWorld(redis, setting);
  let done = 0;
  const act = async (step: Step): Promise<void> => {
    done++;
    try {
      await doStep(world, step);
      await check(world);
    } catch (error) {
      const where = `step ${done}, ${JSON.stringify(step)}${done > steps.length ? ' on the way to the end' : ''}`;
      throw new Violation(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  for (const step of steps) await act(step);
  await endAll(world, act);
  return { done, seen: world.seen };
};

async function doStep(world: ModelWorld, step: Step): Promise<void> {
  switch (step.do) {
    case 'push':
      return pushStep(world, step);
    case 'release':
      return releaseStep(world, step);
    case 'take':
      return takeStep(world, step.pick);
    case 'lose-lock':
    case 'worker-dies':
    case 'lose-job':
      return loseStep(world, step);
    case 'hand-on':
      return handOnStep(world, step.pick);
    case 'acquire':
      return acquireStep(world, step);
    case 'hop':
      return hopStep(world, step);
    case 'leave-hops':
      return leaveHops(world, chosen(world.hands, step.pick));
    case 'yield':
      return yieldStep(world, step);
    case 'commit':
      return commitStep(world, step);
    case 'robots':
      return robotsStep(world, step);
    case 'pause':
    case 'resume':
    case 'cancel':
      return haltStep(world, runNamed(world, step.run), step.do);
    case 'finish':
      return finishStep(world, runNamed(world, step.run));
    case 'forget':
      return forgetStep(world, runNamed(world, step.run));
    case 'collect':
      return collectStep(world, step);
    case 'sweep':
      return sweepStep(world);
    case 'snapshot':
      return remember(world);
    case 'roll-back':
      if (world.snapshot) note(world, 'rolled back');
      return rollBack(world);
    case 'pass':
      await passTime(world.redis, world.model.nowMs, step.ms);
      setNow(world.model, world.model.nowMs + step.ms);
      if (step.ms >= jobLockMs) await handOnStalled(world);
  }
}

async function haltStep(world: ModelWorld, run: string, act: 'pause' | 'resume' | 'cancel'): Promise<void> {
  const expected = halt(world.model, run, act);
  const answer = await world.control[act](run);
  must(answer === expected, `${act} of ${run} answers ${answer}, expected ${expected}`);
  note(world, `${act} ${answer}`);
}

async function finishStep(world: ModelWorld, run: string): Promise<void> {
  if (!world.model.runs.has(run)) return;
  const isInHand = (id: string): boolean => (world.queue.get(id)?.lock ?? '') !== '';
  const expected = finishCancelled(world.model, run, { isInHand, atIso });
  const { redis } = world;
  const options = { redis, shard: firstShard, sinkLagBytes: 1e9, nowIso: () => atIso, pause: async () => {} };
  const ended = await finishCancelledRun(run, options, new AbortController().signal);
  must(ended === expected, `${ended} lines of ${run} ended, expected ${expected}`);
  if (ended > 0) note(world, 'finish lines');
}

/** Thirty days later nobody has anything of the run in hand any more. */
async function forgetStep(world: ModelWorld, run: string): Promise<void> {
  if (world.hands.some(({ turn }) => turn.run === run) || world.queue.jobs().some(({ url }) => url.run === run)) return;
  const expected = forget(world.model, run, world.model.nowMs) ? 1 : 0;
  const others = [...world.model.runs.keys()].filter((name) => forget(world.model, name, world.model.nowMs));
  const forgotten = await forgetRuns(world.redis, firstShard, world.model.nowMs);
  must(forgotten === expected + others.length, `${forgotten} runs were forgotten`);
  if (forgotten > 0) note(world, 'forget');
}

async function collectStep(world: ModelWorld, { run, how }: Extract<Step, { do: 'collect' }>): Promise<void> {
  const name = runNamed(world, run);
  const books = world.model.runs.get(name);
  if (!books || books.collectedAtMs !== undefined) return;
  if ((await world.sinks.collect(name, how)) > 0) note(world, `collect ${how}`);
  await world.sinks.finish(name);
  // Release looks at a run whose sinks were behind after a while.
  for (const host of world.model.hosts.values()) host.isLooser = true;
}

const { wake } = keysOf(firstShard);

async function check(world: ModelWorld): Promise<void> {
  const { model } = world;
  const picture = await world.readPicture();
  checkInvariants(picture);
  compare(model, picture);
  noteLooserHosts(model, world.setting.lagBytes);
  checkReady(model, picture, world.setting.lagBytes);
  if (picture.has('wake')) {
    world.asleepUntilMs = undefined;
    await world.redis.del(wake);
  }
  if (world.asleepUntilMs !== undefined && world.asleepUntilMs <= model.nowMs) world.asleepUntilMs = undefined;
  if (world.asleepUntilMs !== undefined) checkSleep(model, world.asleepUntilMs, world.setting.lagBytes);
}

/** A producer sleeps that nobody woke: then nothing can leave before it wakes by itself. */
function checkSleep(model: Model, asleepUntilMs: number, lagMark: number): void {
  for (const [name, host] of model.hosts) {
    if (host.isLooser) continue;
    const atMs = servedAtMs(model, host, lagMark);
    const text = `the producer sleeps ${asleepUntilMs - model.nowMs} ms, ${name} can be served in ${atMs - model.nowMs} ms`;
    must(atMs >= asleepUntilMs, text);
  }
}
