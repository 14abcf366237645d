import { setTimeout as delay } from 'node:timers/promises';

/** Waits for something that gives no event. The test's own timeout ends the wait. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await delay(5);
};
