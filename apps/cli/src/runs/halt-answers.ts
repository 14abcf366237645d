import type { HaltAnswer } from '@trawl/shared/frontier/run-control.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';

/** Throws UserError where a run could not be paused, resumed or cancelled. */
export const refuseUnlessDone = (run: string, answer: HaltAnswer, program: string): void => {
  switch (answer) {
    case 'done':
      return;
    case 'finished':
      throw new UserError(`${run} is finished: every line of it has its outcome.`, `${program} report ${run}`);
    case 'cancelled':
      throw new UserError(
        `${run} is cancelled: its remaining lines end as cancelled.`,
        `${program} status ${run} shows how far that is.`,
      );
    case 'unknown':
      throw new UserError(`There is no run ${run} any more.`, `${program} status lists the runs.`);
  }
};
