import { z } from 'zod';

/** Data of a BullMQ job on the queue `fetch`: one released URL. Version 1. */
export const fetchJobData = z.object({
  v: z.literal(1),
  run: z.string(),
  host: z.string(),
  /** Text of a FrontierLine. */
  record: z.string(),
  /** Redis ms at which the host's slot was leased. */
  releasedAtMs: z.number(),
  /** The lease is already the turn: the host has no gap and no global rate is set. */
  turnHeld: z.boolean(),
});

export type FetchJobData = z.infer<typeof fetchJobData>;

export const fetchQueueName = 'fetch';
