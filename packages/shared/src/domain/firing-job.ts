import { z } from 'zod';

/** The queue of what concerns the fleet as a whole: the firings of schedules. */
export const controlQueueName = 'control';

/** Raised when an older producer would misread a job: it hands jobs of a higher version back. */
export const firingJobVersion = 1;

/** Data of a job on the queue `control`: a schedule is to fire. */
export const firingJobData = z.object({
  v: z.literal(firingJobVersion),
  crawl: z.string(),
  /** Absent where BullMQ's scheduler made the job: its id ends with the slot. */
  slotMs: z.number().optional(),
});

export type FiringJobData = z.infer<typeof firingJobData>;

/** The slot of a job: from its data, or from the id `repeat:<crawl>:<slot>` that BullMQ gave it; undefined: it has none. */
export const slotOfJob = (id: string, { slotMs }: FiringJobData): number | undefined => {
  if (slotMs !== undefined) return slotMs;
  const millis = /^repeat:.*:(\d+)$/.exec(id)?.[1];
  return millis === undefined ? undefined : Number(millis);
};

/** The job of a scheduler for one slot. */
export const jobIdOfSlot = (crawl: string, slotMs: number): string => `repeat:${crawl}:${slotMs}`;
