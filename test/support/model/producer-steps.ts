import type { PushBatch, PushItem } from '@trawl/shared/frontier/frontier.ts';
import { urlItem } from '../frontier-world.ts';
import { must } from './frontier-model.ts';
import { push } from './model-of-ledger.ts';
import { followRelease } from './model-of-release.ts';
import { type ModelWorld, note, runNamed } from './model-world.ts';
import type { Step } from './steps.ts';

export const atIso = '2027-01-15T08:00:00.000Z';

export const pushStep = async (world: ModelWorld, step: Extract<Step, { do: 'push' }>): Promise<void> => {
  const name = runNamed(world, step.run);
  const batch = batchOf(world, name, step);
  if (!batch) return;
  const expected = push(world.model, batch);
  const answer = await world.frontier.push(batch);
  must(JSON.stringify(answer) === JSON.stringify(expected), `push: ${show(answer)}, expected ${show(expected)}`);
  note(world, `push ${answer.kind}`);
  if (answer.kind === 'pushed') world.batches.set(name, batch);
};

function batchOf(
  world: ModelWorld,
  name: string,
  { lines, how }: Extract<Step, { do: 'push' }>,
): PushBatch | undefined {
  const run = world.model.runs.get(name);
  if (!run) return undefined;
  if (how === 'again') return world.batches.get(name);
  if (how !== 'stale' && run.total !== undefined) return undefined;
  return {
    run: name,
    expected: how === 'stale' ? 'of somebody else' : run.checkpoint,
    after: `after ${run.pushed + lines.length} ${how} ${Number(run.checkpoint.split(' ').at(-1) ?? 0) + 1}`,
    pushedAfter: run.pushed + lines.length,
    last: how === 'last',
    markBytes: world.setting.markBytes,
    sinkLagBytes: world.setting.lagBytes,
    atIso,
    items: lines.map((line, i) => itemOf(line, run.pushed + i)),
  };
}

/** Line 0 is no URL; of the others each third has the same host, and each fifth may be repeated. */
function itemOf(line: number, seq: number): PushItem {
  if (line === 0) return { kind: 'invalid', summary: `${seq} invalid not-a-url 0 0 0 0 -`, json: `{"seq":${seq}}` };
  const item = urlItem(`h${line % 3}`, seq, `/${line}`);
  if (item.kind === 'invalid' || line % 5 === 0) return item;
  return { ...item, fingerprint: { bucket: (line * 2_654_435_761) % 2 ** 32, member: String(line) } };
}

export const releaseStep = async (world: ModelWorld, step: Extract<Step, { do: 'release' }>): Promise<void> => {
  const { most, window, leaseMs } = step;
  const limits = { most, window, leaseMs, sinkLagBytes: world.setting.lagBytes };
  const jobsWaiting = world.queue.waiting().length;
  const released = await world.frontier.release(limits);
  note(world, `release ${released.urls.length > 0 ? 'urls' : 'nothing'}`);
  followRelease(world.model, { ...limits, jobsWaiting }, released);
  const { urls, waitMs = Infinity } = released;
  // What the window or the global rate held back is looked at again for other reasons than a host's.
  const isHeldBack = jobsWaiting >= window || world.model.bucket.tokens !== undefined;
  world.asleepUntilMs = urls.length > 0 || isHeldBack ? undefined : world.model.nowMs + waitMs;
  if (step.how === 'added') await world.queue.add(urls);
};

/** What is missing in two passes is added again, as a job whose executions count from 1. */
export const sweepStep = async (world: ModelWorld): Promise<void> => {
  const { model, queue, sweep } = world;
  const before = new Set(queue.jobs().map(({ id }) => id));
  const added = await sweep(model.nowMs);
  const again = queue.jobs().filter(({ id }) => !before.has(id));
  must(added === again.length, `sweep counts ${added} jobs, ${again.length} were added`);
  if (added > 0) note(world, 'sweep added');
  for (const { id } of again) model.executions.delete(id);
};

const show = (value: unknown): string => JSON.stringify(value);
