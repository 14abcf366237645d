import { fetchJobData } from '@trawl/shared/domain/fetch-job.ts';
import { decodeLine, type FrontierLine } from '@trawl/shared/domain/frontier-line.ts';

/** The heading of a job of the queue `fetch`: host, run, number of the line, and which try of it this is. */
export const fetchJobName = (job: { name?: string; data?: unknown; attemptsMade?: number }): string => {
  const read = readJob(job.data);
  if (read === undefined) return job.name ?? '';
  const { host, run, line } = read;
  return `${host} · ${run} · seq ${line.seq} · attempt ${line.attempts + (job.attemptsMade ?? 0) + 1}`;
};

/** The data of a job of the queue `fetch` as a person reads it. What is not ours is shown as it is. */
export const fetchJobFields = (data: unknown): unknown => {
  const read = readJob(data);
  if (read === undefined) return data;
  const { host, run, line, releasedAtMs } = read;
  return {
    host,
    run,
    ...lineFields(line),
    attemptsBefore: line.attempts,
    releases: line.release + 1,
    releasedAt: new Date(releasedAtMs).toISOString(),
  };
};

/** What a line is about. Headers and bodies of a request may carry credentials: only their names are shown. */
export const lineFields = ({ seq, line, url, overrides, deferredSinceMs }: FrontierLine) => ({
  seq,
  line,
  url,
  ...(overrides === undefined
    ? {}
    : {
        method: overrides.method ?? 'GET',
        headers: Object.keys(overrides.headers ?? {}),
        hasBody: overrides.body !== undefined,
      }),
  ...(deferredSinceMs > 0 && { deferredSince: new Date(deferredSinceMs).toISOString() }),
});

function readJob(data: unknown) {
  const parsed = fetchJobData.safeParse(data);
  if (!parsed.success) return undefined;
  try {
    return { ...parsed.data, line: decodeLine(parsed.data.record) };
  } catch {
    return undefined;
  }
}
