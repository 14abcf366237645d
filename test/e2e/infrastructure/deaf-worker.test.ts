import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import type { Job } from '../../../apps/worker/src/job.ts';
import { keepTaking } from '../../../apps/worker/src/keep-taking.ts';
import { takeJobs } from '../../../apps/worker/src/queue.ts';
import { jobForTests } from '../../support/job-for-tests.ts';
import { logForTests } from '../../support/log-for-tests.ts';
import { withRedisOfItsOwn } from '../../support/redis-of-a-file.ts';
import { until } from '../../support/until.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

test('a worker on whose connection nothing is heard any more takes jobs again on another', async () => {
  const { log } = logForTests();
  const seen: number[] = [];
  const process = async (job: Job) => {
    seen.push(job.line.seq);
    return { next: 'nothing' } as const;
  };
  const connections = [redis.duplicate(), redis.duplicate()];
  const take = (of: Redis) =>
    takeJobs({ redis: of, shard: firstShard, lockMs: 2000, stalledIntervalMs: 500, log, now: Date.now }, process);
  const [first, second] = connections as [Redis, Redis];
  const taking = keepTaking(take(first), async () => take(second));
  taking.takeAtMost(4);
  const queue = new Queue('fetch', { connection: redis, prefix: firstShard.bullPrefix });
  await queue.addBulk([jobForTests(0)]);
  await until(() => seen.length === 1);

  first.stream.pause();
  await queue.addBulk([1, 2, 3].map(jobForTests));
  await taking.replace();
  await until(() => new Set(seen).size === 4);
  expect([taking.started() >= 4, taking.isTaking()]).toEqual([true, true]);
  await until(async () => (await queue.getJobCountByTypes('active', 'wait')) === 0);

  await taking.close();
  await queue.close();
  for (const connection of connections) connection.disconnect();
});
