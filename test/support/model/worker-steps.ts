import type { Commit, TurnLimits, YieldEnding } from '@trawl/shared/frontier/frontier.ts';
import { nextRelease } from '../frontier-world.ts';
import { must } from './frontier-model.ts';
import { acquire, commit, giveBack } from './model-of-turns.ts';
import { chosen, type Hand, handOf, type ModelWorld, note } from './model-world.ts';
import type { Step } from './steps.ts';

type StepOf<Act extends Step['do']> = Extract<Step, { do: Act }>;

const leaseMs = 60_000;

export const takeStep = async (world: ModelWorld, pick: number): Promise<void> => {
  const job = chosen(world.queue.waiting(), pick);
  if (!job) return;
  await world.queue.take(job);
  world.hands.push(handOf(job));
};

export const acquireStep = async (world: ModelWorld, step: StepOf<'acquire'>): Promise<void> => {
  const hand = chosen(world.hands, step.pick);
  if (!hand) return;
  const { again, leadMs, patienceMs, showsLock = true, usedAgoMs = -1, spareMs = 0 } = step;
  // One that was used is not asked for again as if it had not been.
  const used = again || usedAgoMs < 0 ? { again } : { usedAgoMs };
  const limits = { leaseMs, longestWaitMs: patienceMs, leadMs, spareMs, ...used };
  const kind = await ask(world, hand, { showsLock }, limits);
  if (kind === 'recorded' || kind === 'superseded') await end(world, hand);
};

export const hopStep = async (world: ModelWorld, step: StepOf<'hop'>): Promise<void> => {
  const hand = chosen(world.hands, step.pick);
  const host = `h${step.host}`;
  if (!hand || host === hand.turn.host) return;
  const kind = await ask(world, hand, { host }, { leaseMs, longestWaitMs: step.patienceMs, hop: true });
  if (kind === 'go') hand.hops.add(host);
};

type How = { host?: string; showsLock?: boolean };

async function ask(world: ModelWorld, hand: Hand, how: How, limits: TurnLimits): Promise<string> {
  const { lockToken, ...rest } = { ...hand.turn, host: how.host ?? hand.turn.host };
  const turn = how.showsLock === false ? rest : { ...rest, lockToken };
  const lock = world.queue.get(turn.id)?.lock;
  const expected = acquire(world.model, turn, limits, lock === '' ? undefined : lock);
  const answer = await world.frontier.acquire(turn, limits);
  must(show(answer) === show(expected), `acquire: ${show(answer)}, expected ${show(expected)}`);
  note(world, `${limits.hop ? 'hop' : 'acquire'} ${answer.kind}`);
  return answer.kind;
}

export const leaveHops = async (world: ModelWorld, hand: Hand | undefined): Promise<void> => {
  for (const host of hand?.hops ?? []) await give(world, { ...hand!.turn, host }, {});
  hand?.hops.clear();
};

export const yieldStep = async (world: ModelWorld, step: StepOf<'yield'>): Promise<void> => {
  const hand = chosen(world.hands, step.pick);
  if (!hand) return;
  await leaveHops(world, hand);
  const ending = { ...pauseOf(step.pauseMs), ...startOf(world, step.sentMsAgo) };
  const record = step.how === 'put-back' ? { putBack: nextRelease(hand.url.record) } : {};
  await give(world, hand.turn, { ...ending, ...record });
  if (step.how === 'put-back') return end(world, hand);
  world.hands.splice(world.hands.indexOf(hand), 1);
  const job = world.queue.get(hand.turn.id);
  if (job?.lock === hand.turn.lockToken) await world.queue.putBack(job);
};

async function give(world: ModelWorld, turn: Hand['turn'], ending: YieldEnding): Promise<void> {
  const wasReleased = world.model.released.has(turn.id);
  const expected = giveBack(world.model, turn, ending);
  const answer = await world.frontier.yield(turn, ending);
  must(show(answer) === show(expected), `yield: ${show(answer)}, expected ${show(expected)}`);
  const isBack = wasReleased && !world.model.released.has(turn.id);
  note(world, ending.putBack === undefined ? 'yield slot' : `yield ${isBack ? 'line' : 'superseded'}`);
}

export const commitStep = async (world: ModelWorld, step: StepOf<'commit'>): Promise<void> => {
  const hands = [...new Set(step.picks.map((pick) => chosen(world.hands, pick)))].filter((hand) => hand !== undefined);
  if (hands.length === 0) return;
  for (const hand of hands) await leaveHops(world, hand);
  const commits = hands.map((hand) => commitOf(hand, step.class, startOf(world, step.sentMsAgo)));
  for (let times = step.isRepeated ? 2 : 1; times > 0; times--) {
    const expected = commit(world.model, commits);
    const answer = await world.frontier.commit(commits);
    must(show(answer) === show(expected), `commit: ${show(answer)}, expected ${show(expected)}`);
    for (const isFirst of answer) note(world, `commit ${isFirst ? 'recorded' : 'repeated'}`);
  }
  for (const hand of hands) await end(world, hand);
};

/** The record names the execution, so that it shows whose outcome stands. */
const commitOf = ({ turn }: Hand, name: Commit['class'], start: { startedAtMs?: number }): Commit => ({
  ...turn,
  class: name,
  summary: `${turn.seq} ${name} status-200 200 1 5 100 ${turn.host}`,
  json: `{"seq":${turn.seq},"by":"${turn.lockToken}"}`,
  ...start,
});

async function end(world: ModelWorld, hand: Hand): Promise<void> {
  world.hands.splice(world.hands.indexOf(hand), 1);
  await world.queue.end(hand.turn.id, hand.turn.lockToken);
}

/** BullMQ hands the job on: its worker was not heard of for too long, is gone, or the job was removed. */
export const loseStep = async (
  world: ModelWorld,
  { do: act, pick }: StepOf<'lose-lock' | 'worker-dies' | 'lose-job'>,
): Promise<void> => {
  if (act === 'lose-job') {
    const lost = chosen(world.queue.jobs(), pick);
    if (!lost) return;
    world.removed.add(lost.id);
    return world.queue.remove(lost.id);
  }
  const hand = chosen(world.hands, pick);
  if (!hand) return;
  if (act === 'worker-dies') world.hands.splice(world.hands.indexOf(hand), 1);
  const job = world.queue.get(hand.turn.id);
  if (job?.lock === hand.turn.lockToken) await world.queue.putBack(job);
};

export const handOnStep = async (world: ModelWorld, pick: number): Promise<void> => {
  const hand = chosen(world.hands, pick);
  const job = hand && world.queue.get(hand.turn.id);
  if (!hand || job?.lock !== hand.turn.lockToken) return;
  await world.queue.putBack(job);
  await world.queue.take(job);
  const next = handOf(job);
  world.hands.push(next);
  const kind = await ask(world, next, {}, { leaseMs, longestWaitMs: 1000 });
  if (kind === 'recorded' || kind === 'superseded') await end(world, next);
};

export const jobLockMs = 60_000;

/** Jobs whose lock nobody renews: after Redis went back in time they may be in the hands of nobody. */
export const handOnStalled = async ({ queue, hands }: ModelWorld): Promise<void> => {
  const renewed = new Set(hands.map(({ turn }) => turn.lockToken));
  for (const job of queue.jobs()) if (!job.isWaiting && !renewed.has(job.lock)) await queue.putBack(job);
};

const pauseOf = (pauseMs: number): YieldEnding => (pauseMs < 0 ? {} : { pauseMs, random: 0.5 });

const startOf = ({ model }: ModelWorld, msAgo: number): { startedAtMs?: number } =>
  msAgo < 0 ? {} : { startedAtMs: model.nowMs - msAgo };

const show = (value: unknown): string => JSON.stringify(value);
