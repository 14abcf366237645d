import { setTimeout as delay } from 'node:timers/promises';
import type { Attacked, Fault } from './attacked.ts';
import type { PlannedFault } from './schedule.ts';

/**
 * Does what the schedule says until there is calm, and resolves when all that was begun is over. Faults that last lie over each other: that is
 * the point of a mixture.
 */
export const strikeFaults = async <Under extends Pick<Attacked, 'calm' | 'timeline'>>(
  attacked: Under,
  {
    schedule,
    faults,
    nowMs,
  }: { schedule: readonly PlannedFault[]; faults: Record<string, Fault<Under>>; nowMs: () => number },
): Promise<void> => {
  const beganMs = nowMs();
  const underWay: Promise<void>[] = [];
  for (const { atMs, kind, about } of schedule) {
    await delay(Math.max(0, beganMs + atMs - nowMs()), undefined, { signal: attacked.calm }).catch(() => undefined);
    if (attacked.calm.aborted) break;
    const fault = faults[kind];
    if (fault === undefined) throw new Error(`no fault ${kind}`);
    const striking = fault.strike(attacked, about).catch((error: unknown) => {
      attacked.timeline.note('fault failed', { kind, error: String(error) });
    });
    underWay.push(striking);
  }
  await Promise.all(underWay);
};

/** Things that are done one after the other, whoever asks for them. */
export const inTurn = (): ((act: () => Promise<void>) => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  return (act) => {
    const mine = last.then(act);
    last = mine.catch(() => undefined);
    return mine;
  };
};
