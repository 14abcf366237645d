import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import type { Job } from '../../../apps/worker/src/job.ts';
import { takeJobs } from '../../../apps/worker/src/queue.ts';
import { jobForTests } from '../../support/job-for-tests.ts';
import { logForTests } from '../../support/log-for-tests.ts';
import { withRedisOfItsOwn } from '../../support/redis-of-a-file.ts';
import { until } from '../../support/until.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

test('a job whose workers die is given to the next one each time, and is suspected after three of them', async () => {
  const { log, lines } = logForTests();
  const seen: Pick<Job, 'isSuspected' | 'executions'>[] = [];
  /** The first three are gone before they have done it. */
  const startWorker = () => {
    const own = redis.duplicate();
    const options = { redis: own, shard: firstShard, lockMs: 300, stalledIntervalMs: 100, log, now: Date.now };
    const jobs = takeJobs(options, async ({ isSuspected, executions }) => {
      const mine = seen.push({ isSuspected, executions });
      if (mine < 4) await new Promise(() => {});
      return { next: 'nothing' };
    });
    jobs.takeAtMost(1);
    return { jobs, own };
  };
  const queue = new Queue('fetch', { connection: redis, prefix: firstShard.bullPrefix });
  await queue.addBulk([jobForTests(0)]);
  for (const death of [1, 2, 3]) {
    const { jobs } = startWorker();
    await until(() => seen.length === death);
    jobs.abandon();
  }
  const { jobs, own } = startWorker();
  await until(async () => (await queue.getJobCountByTypes('active', 'wait', 'failed')) === 0);
  expect(seen).toEqual([0, 1, 2, 3].map((deaths) => ({ isSuspected: deaths === 3, executions: deaths + 1 })));
  expect(lines().map(({ msg }) => msg)).not.toContain('job dropped');
  await jobs.close();
  own.disconnect();
  await queue.close();
});
