import { decodeLine, jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import type { ReleasedUrl } from '@trawl/shared/frontier/frontier.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';

export type PretendJob = { id: string; url: ReleasedUrl; isWaiting: boolean; executions: number; lock: string };

const keys = keysOf(firstShard);
const waitingJobs = keys.waitingJobs('fetch');

/** BullMQ as far as the scripts see it: the list of waiting jobs, a key for each job, and its lock. */
export const pretendQueue = (redis: Redis) => {
  let jobs = new Map<string, PretendJob>();
  let locks = 0;
  const remove = async (id: string): Promise<void> => {
    jobs.delete(id);
    await redis.multi().del(keys.job('fetch', id), lockOf(id)).lrem(waitingJobs, 0, id).exec();
  };
  const putBack = async (job: PretendJob): Promise<void> => {
    Object.assign(job, { isWaiting: true, lock: '' });
    await redis.multi().del(lockOf(job.id)).rpush(waitingJobs, job.id).exec();
  };

  return {
    jobs: () => [...jobs.values()],
    get: (id: string) => jobs.get(id),
    waiting: () => [...jobs.values()].filter(({ isWaiting }) => isWaiting),
    /** Jobs that are there already stay as they are. */
    add: async (urls: ReleasedUrl[]): Promise<void> => {
      const added = redis.multi();
      for (const url of urls) {
        const id = jobIdOf(url.run, decodeLine(url.record));
        if (jobs.has(id)) continue;
        jobs.set(id, { id, url, isWaiting: true, executions: 0, lock: '' });
        added.hset(keys.job('fetch', id), 'data', url.record).rpush(waitingJobs, id);
      }
      await added.exec();
    },
    take: async (job: PretendJob): Promise<void> => {
      job.executions++;
      Object.assign(job, { isWaiting: false, lock: `lock-${++locks}` });
      await redis.multi().lrem(waitingJobs, 0, job.id).set(lockOf(job.id), job.lock).exec();
    },
    /** Another execution will have it: a retry, or its worker was not heard of any more. */
    putBack,
    /** Only the execution that has the lock ends a job. */
    end: async (id: string, lock: string): Promise<void> => {
      if (jobs.get(id)?.lock === lock) await remove(id);
    },
    remove,
    snapshot: () => structuredClone(jobs),
    goBackTo: (snapshot: Map<string, PretendJob>): void => {
      jobs = structuredClone(snapshot);
    },
  };
};

const lockOf = (id: string): string => `${keys.job('fetch', id)}:lock`;
