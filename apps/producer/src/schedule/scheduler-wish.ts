import type { Schedule } from '@trawl/shared/domain/schedule.ts';

/** What BullMQ is told of a schedule. Its limit is not: BullMQ would count anew after each change. */
export type SchedulerWish = {
  every?: number;
  /** Slots lie at multiples of `every` plus this; never 0, which BullMQ takes for "from now on". */
  offset?: number;
  pattern?: string;
  tz?: string;
  startDate?: number;
  endDate?: number;
};

export const schedulerWishOf = ({ timing, startMs, endMs }: Schedule, nowMs: number): SchedulerWish => ({
  ...(timing.kind === 'every'
    ? { every: timing.everyMs, offset: timing.anchorMs % timing.everyMs || timing.everyMs }
    : { pattern: timing.pattern, tz: timing.tz }),
  // The start itself is a slot, as the anchor of `every`; a pattern is looked for behind its start.
  ...(startMs !== undefined && startMs > nowMs ? { startDate: timing.kind === 'every' ? startMs : startMs - 1 } : {}),
  ...(endMs === undefined ? {} : { endDate: endMs }),
});

/** Whether the scheduler that is there does what is wished for. A start that has passed says nothing any more. */
export const isSameWish = (found: SchedulerWish, wish: SchedulerWish): boolean =>
  (['every', 'pattern', 'tz', 'endDate'] as const).every((key) => found[key] === wish[key]) &&
  (wish.every === undefined || found.offset === wish.offset) &&
  (wish.startDate === undefined || found.startDate === wish.startDate);
