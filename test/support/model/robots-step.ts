import { type HostModel, hostHashLifeMs, hostOf, type Model, noteStart, setClocks } from './frontier-model.ts';
import { type ModelWorld, note } from './model-world.ts';
import type { Step } from './steps.ts';

/** A worker has read a robots.txt, and the gate hears of its crawl-delay. */
export const robotsStep = async (world: ModelWorld, step: Extract<Step, { do: 'robots' }>): Promise<void> => {
  const { model, robots } = world;
  const [scheme, product = ''] = step.by.split(' ');
  const host = hostOf(model, `h${step.host}`);
  const wish = { origin: new URL(`${scheme}://h${step.host}`), product, delayMs: step.delayMs };
  if (step.how === 'seen') {
    // Who finds none in it says nothing.
    if (step.delayMs === 0) return;
    noteDelay(model, host, step);
    await robots.noteDelay(wish);
  } else {
    const sentAtMs = step.sentMsAgo < 0 ? undefined : model.nowMs - step.sentMsAgo;
    noteDelay(model, host, step);
    noteRequest(model, host, step.delayMs, sentAtMs);
    await robots.keep(wish, { kind: 'none' }, sentAtMs);
  }
  note(world, `robots ${step.how}`);
};

const noteDelay = (model: Model, host: HostModel, { by, delayMs }: { by: string; delayMs: number }): void => {
  if (delayMs === 0) return void host.delays.delete(by);
  host.delays.set(by, delayMs);
  host.delaysForgottenAtMs = model.nowMs + hostHashLifeMs;
};

/** A host that had no gap so far has no start: the request for its robots.txt is one. */
const noteRequest = (model: Model, host: HostModel, delayMs: number, sentAtMs: number | undefined): void => {
  const isFirst = sentAtMs !== undefined && delayMs > 0 && host.clocks.last === undefined;
  if (isFirst) setClocks(model, host, { last: Math.min(sentAtMs, model.nowMs), lastBy: '' });
  else noteStart(model, host, sentAtMs);
};
