import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { JobCounts, JobStatus, QueueJob, Status } from '@bull-board/api/dist/types.js';
import { lineFields } from './fetch-job-fields.ts';
import type { FrontierLines, WaitingLine } from './frontier-lines.ts';

/**
 * The frontier as Bull Board shows a queue: URLs that are not jobs yet, because their host may not be asked or the window is full.
 * A class because Bull Board asks for one. Its kind is `bull`: with `bullmq` Bull Board would look for a queue behind it. Nothing
 * can be changed through it; the methods that would are never reached, and say so.
 */
export class FrontierAdapter extends BaseAdapter {
  readonly #lines: FrontierLines;

  constructor(lines: FrontierLines) {
    super('bull', {
      readOnlyMode: true,
      displayName: 'frontier (not released yet)',
      description:
        'URLs that wait for their host or for room in the queue fetch, those of the next hosts first. They are no jobs yet.',
    });
    this.#lines = lines;
  }

  getName = () => 'frontier';
  getStatuses = (): Status[] => ['latest', 'waiting'];
  getJobStatuses = (): JobStatus[] => ['waiting'];
  getJobCounts = async (): Promise<JobCounts> => ({ waiting: await this.#lines.count() }) as JobCounts;
  getJobs = async (_statuses: JobStatus[], start = 0, end = 9): Promise<QueueJob[]> =>
    (await this.#lines.page(start, end)).map(jobOf);
  getJob = async (id: string): Promise<QueueJob | null> => {
    const place = placeOf(id);
    const found = place === undefined ? undefined : await this.#lines.find(place);
    return found === undefined ? null : jobOf(found);
  };

  getJobLogs = async (): Promise<string[]> => [];
  getMetrics = async () => ({ meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 });
  getRedisInfo = async (): Promise<null> => null;
  getJobSchedulers = async () => [];
  getJobSchedulersCount = async (): Promise<number> => 0;
  getGlobalConcurrency = async (): Promise<null> => null;
  isPaused = async (): Promise<boolean> => false;

  pause = readOnly;
  resume = readOnly;
  clean = readOnly;
  empty = readOnly;
  obliterate = readOnly;
  promoteAll = readOnly;
  addJob = readOnly;
  setGlobalConcurrency = readOnly;
  removeJobScheduler = readOnly;
  updateJobScheduler = readOnly;
  runJobSchedulerNow = readOnly;
}

async function readOnly(): Promise<never> {
  throw new Error('The frontier is changed by Trawl alone.');
}

/** The id says where to look again: `RUN~SEQ~INDEX~HOST`. */
const idOf = ({ run, line, index, host }: WaitingLine): string => [run, line.seq, index, host].join('~');

function placeOf(id: string): { run: string; seq: number; index: number; host: string } | undefined {
  const [, run, seq, index, host] = /^(.+)~(\d+)~(\d+)~([^~]+)$/.exec(id) ?? [];
  if (run === undefined || host === undefined) return undefined;
  return { run, seq: Number(seq), index: Number(index), host };
}

function jobOf(waiting: WaitingLine): QueueJob {
  const { host, run, line } = waiting;
  return {
    opts: {},
    promote: readOnly,
    remove: readOnly,
    retry: readOnly,
    getState: async () => 'waiting',
    toJSON: () => ({
      id: idOf(waiting),
      name: `${host} · ${run} · seq ${line.seq} · attempt ${line.attempts + 1}`,
      data: { host, run, ...lineFields(line), attemptsBefore: line.attempts, releases: line.release },
      progress: 0,
      attemptsMade: line.attempts,
      timestamp: waiting.runCreatedAtMs,
      failedReason: '',
      stacktrace: null,
      returnvalue: null,
      opts: {},
    }),
  };
}
