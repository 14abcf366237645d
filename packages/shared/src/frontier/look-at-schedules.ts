import { isFailure, type OutcomeClass } from '../domain/outcome-class.ts';
import type { RunState, RunStatus } from '../domain/run.ts';
import { jitterOf, type Schedule } from '../domain/schedule.ts';
import type { Redis } from '../platform/redis.ts';
import { createRuns } from './runs.ts';
import { createSchedules, type ScheduleState } from './schedules.ts';
import type { Shard } from './shard.ts';
import { nextSlot } from './slots.ts';

/** A schedule, what comes next and what came of the last time. */
export type ScheduleLook = {
  schedule: Schedule;
  state: ScheduleState;
  /** Absent where it is paused or over. */
  nextAtMs?: number;
  lastResult?: { run: string; state: RunState; lines: number; ok: number; failed: number; isCancelled: boolean };
};

/** The first schedules by name, in some commands for each. @param nowMs of Redis */
export const lookAtSchedules = async (
  redis: Redis,
  shard: Shard,
  nowMs: number,
  most = Number.POSITIVE_INFINITY,
): Promise<ScheduleLook[]> => {
  const schedules = createSchedules(redis, shard);
  const runs = createRuns(redis, shard);
  return Promise.all(
    (await schedules.list()).slice(0, most).map(async (schedule) => {
      const state = await schedules.state(schedule.crawl);
      const last = state.lastRun === undefined ? undefined : await runs.status(state.lastRun);
      const next = schedule.paused || state.ended !== undefined ? undefined : nextSlot(schedule, nowMs);
      return {
        schedule,
        state,
        ...(next === undefined ? {} : { nextAtMs: next + jitterOf(schedule, next) }),
        ...(last === undefined ? {} : { lastResult: resultOf(last) }),
      };
    }),
  );
};

function resultOf({ run, state, pushed, classes, cancelledAtMs }: RunStatus): NonNullable<ScheduleLook['lastResult']> {
  const counts = Object.entries(classes);
  const sum = (wanted: boolean): number =>
    counts.reduce((total, [name, n]) => total + (isFailure(name as OutcomeClass) === wanted ? (n ?? 0) : 0), 0);
  return { run, state, lines: pushed, ok: sum(false), failed: sum(true), isCancelled: cancelledAtMs !== undefined };
}
