import { firingJobData, slotOfJob } from '@trawl/shared/domain/firing-job.ts';

/** The heading of a job of the queue `control`: the crawl, and the slot that fires it. What is not ours keeps its name. */
export const firingJobName = (job: { id?: string | number | null; name?: string; data?: unknown }): string => {
  const data = firingJobData.safeParse(job.data);
  if (!data.success) return job.name ?? '';
  const slotMs = slotOfJob(`${job.id ?? ''}`, data.data);
  return slotMs === undefined ? data.data.crawl : `${data.data.crawl} · ${new Date(slotMs).toISOString()}`;
};
