import type { Schedule } from '@trawl/shared/domain/schedule.ts';
import type { ScheduleState } from '@trawl/shared/frontier/schedules.ts';
import { newestSlot, nextSlot } from '@trawl/shared/frontier/slots.ts';
import type { ControlQueue, FoundScheduler } from './control-queue.ts';
import { isSameWish, schedulerWishOf } from './scheduler-wish.ts';

export type Wanted = { schedule: Schedule; state: Pick<ScheduleState, 'ended'> };

export type Repair = { make: Schedule[]; remove: string[] };

/** What separates the schedulers that there are from the schedules that are wished for. */
export const repairOf = (wanted: Wanted[], found: FoundScheduler[], nowMs: number): Repair => {
  const active = new Map(
    wanted.flatMap(({ schedule, state }) =>
      schedule.paused || state.ended !== undefined ? [] : [[schedule.crawl, schedule] as const],
    ),
  );
  const isRight = ({ crawl, wish, isAlive }: FoundScheduler): boolean => {
    const schedule = active.get(crawl);
    return schedule !== undefined && isAlive && isSameWish(wish, schedulerWishOf(schedule, nowMs));
  };
  const right = new Set(found.filter(isRight).map(({ crawl }) => crawl));
  const isToCome = (schedule: Schedule): boolean => nextSlot(schedule, nowMs) !== undefined;
  return {
    make: [...active.values()].filter((schedule) => !right.has(schedule.crawl) && isToCome(schedule)),
    remove: found.map(({ crawl }) => crawl).filter((crawl) => !right.has(crawl)),
  };
};

/**
 * Makes BullMQ have a scheduler for each schedule that is to fire, and no others. A slot that passed while a scheduler was missing is
 * made up for; of several only the newest. Answers what it did.
 */
export const reconcile = async (wanted: Wanted[], queue: ControlQueue, nowMs: number): Promise<Repair> => {
  const repair = repairOf(wanted, await queue.found(), nowMs);
  for (const crawl of repair.remove) await queue.remove(crawl);
  for (const schedule of repair.make) {
    await queue.make(schedule, nowMs);
    const missedMs = newestSlot(schedule, nowMs);
    if (missedMs !== undefined) await queue.addFiring(schedule.crawl, missedMs);
  }
  return repair;
};
