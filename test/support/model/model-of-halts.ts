import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { HaltAnswer } from '@trawl/shared/frontier/run-control.ts';
import { hostOf, type Model, type RunModel, runOf } from './frontier-model.ts';
import { cancelledAt, endLine, finishIfComplete } from './model-of-ledger.ts';

export const halt = (model: Model, name: string, act: 'pause' | 'resume' | 'cancel'): HaltAnswer => {
  const run = model.runs.get(name);
  if (!run) return 'unknown';
  if (run.isFinished) return 'finished';
  switch (act) {
    case 'cancel':
      return cancel(model, run);
    case 'pause':
      if (run.isCancelled) return 'cancelled';
      run.isPaused = true;
      model.halted.set(name, 'paused');
      return 'done';
    case 'resume':
      if (run.isCancelled) return 'cancelled';
      run.isPaused = false;
      model.halted.delete(name);
      return 'done';
  }
};

const haltedKeptMs = 3_600_000;

function cancel(model: Model, run: RunModel): HaltAnswer {
  run.isCancelled = true;
  run.isPaused = false;
  model.halted.set(run.name, `cancelled ${model.nowMs}`);
  for (const [name, word] of model.halted) {
    const sinceMs = model.nowMs - Number(word.split(' ')[1] ?? Infinity);
    if (sinceMs > haltedKeptMs && (model.runs.get(name)?.isFinished ?? true)) model.halted.delete(name);
  }
  return 'done';
}

/** What a pass over a cancelled run ends: all of it that no worker has in hand. Answers how many lines. */
export const finishCancelled = (
  model: Model,
  name: string,
  { isInHand, atIso }: { isInHand: (id: string) => boolean; atIso: string },
): number => {
  const run = runOf(model, name);
  if (!run.isCancelled) return 0;
  const before = run.outcomes.size;
  for (const host of model.hosts.values()) {
    const records = host.lines.get(name) ?? [];
    if (records.length > 0) model.roomWanted = undefined;
    for (const record of records) endLine(model, name, record, cancelledAt(atIso));
    host.lines.delete(name);
  }
  for (const [id, released] of model.released) {
    if (released.run !== name || isInHand(id)) continue;
    model.released.delete(id);
    model.executions.delete(id);
    hostOf(model, released.host).leases.delete(jobIdOf(name, decodeLine(released.record)));
    endLine(model, name, released.record, cancelledAt(atIso));
  }
  finishIfComplete(model, run);
  return run.outcomes.size - before;
};

/** What is kept of a run is gone; its name may be used again. */
export const forget = (model: Model, name: string, beforeMs: number): boolean => {
  const run = model.runs.get(name);
  if (run?.collectedAtMs === undefined || run.collectedAtMs >= beforeMs) return false;
  model.runs.delete(name);
  model.halted.delete(name);
  return true;
};
