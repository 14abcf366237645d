const perWorkerSlot = 2;
/** Without workers some jobs should still be there to be looked at; more than the most makes BullMQ's lists slow. */
const least = 100;
const most = 2000;

/** How many jobs may wait in BullMQ: enough that no worker runs dry between two releases, few enough to stay honest. */
export const windowFor = (fleetConcurrency: number): number =>
  Math.min(most, Math.max(least, fleetConcurrency * perWorkerSlot));
