const perWorkerSlot = 2;
/** Until workers are seen there should be enough for those that are just starting; more than the most makes BullMQ slow. */
const least = 250;
const most = 2000;

/** How many jobs may wait in BullMQ: enough that no worker runs dry between two releases, few enough to stay honest. */
export const windowFor = (fleetConcurrency: number): number =>
  Math.min(most, Math.max(least, fleetConcurrency * perWorkerSlot));
