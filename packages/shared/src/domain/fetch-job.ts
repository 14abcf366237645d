import { z } from 'zod';

/** Raised when an older worker would misread a job: it hands jobs of a higher version back. */
export const fetchJobVersion = 1;

/** Data of a BullMQ job on the queue `fetch`: one released URL. */
export const fetchJobData = z.object({
  v: z.literal(fetchJobVersion),
  run: z.string(),
  host: z.string(),
  /** Text of a FrontierLine. */
  record: z.string(),
  /** Redis ms at which the host's slot was leased. */
  releasedAtMs: z.number(),
  /** The lease is already the turn: the host has no gap and no global rate is set. */
  turnHeld: z.boolean(),
  /** How many workers were lost in a row, each while it ran this job and nothing else. */
  deathsAlone: z.int().min(0).optional(),
});

export type FetchJobData = z.infer<typeof fetchJobData>;

export const fetchQueueName = 'fetch';
