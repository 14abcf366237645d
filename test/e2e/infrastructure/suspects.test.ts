import { jobIdOf } from '@trawl/shared/domain/frontier-line.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { expect, test } from 'vitest';
import type { Ending, Job } from '../../../apps/worker/src/job.ts';
import { takeJobs } from '../../../apps/worker/src/queue.ts';
import { runSuspect } from '../../../apps/worker/src/run-suspect.ts';
import { logForTests } from '../../support/log-for-tests.ts';
import { withRedisOfItsOwn } from '../../support/redis-of-a-file.ts';
import { until } from '../../support/until.ts';

let redis: Redis;
withRedisOfItsOwn((given) => (redis = given));

test('a death alone is remembered by the next worker; one more execution that ends makes it forgotten', async () => {
  const { log } = logForTests();
  const seen: Job[] = [];
  /** How the job goes in each worker: for ever, as in one that dies, or to an end. */
  const endings: Promise<Ending>[] = [
    new Promise(() => undefined),
    Promise.resolve({ next: 'wait', delayMs: 1 }),
    Promise.resolve({ next: 'nothing' }),
  ];
  const connections = [redis.duplicate(), redis.duplicate()];
  const take = (of: Redis) => {
    const taken = takeJobs(
      { redis: of, shard: firstShard, lockMs: 300, stalledIntervalMs: 100, log, now: Date.now },
      (job, entry) => {
        seen.push(job);
        return runSuspect(job, { entry, execute: () => endings.shift() ?? Promise.reject(new Error('again')), log });
      },
    );
    taken.takeAtMost(1);
    return taken;
  };
  const line = { seq: 0, release: 0, line: 1, attempts: 0, deferredSinceMs: 0 };
  const data = { v: 1, run: 'a', host: 'h', record: '0 0 1 0 0 http://h/', releasedAtMs: 1, turnHeld: true };
  const id = jobIdOf('a', line);
  const queue = new Queue('fetch', { connection: redis, prefix: firstShard.bullPrefix });
  await queue.add('url', data, { jobId: id });
  await redis.hset(`{t0}:fetch:${id}`, 'stc', 500);

  const [first, second] = connections as [Redis, Redis];
  const dying = take(first);
  await until(async () => (await queue.getJob(id))?.data.deathsAlone === 1);
  dying.abandon();
  const next = take(second);
  await until(async () => endings.length === 0 && (await queue.getJobCountByTypes('active', 'delayed', 'wait')) === 0);
  expect(seen.map(({ deathsAlone, isSuspected, isCondemned }) => ({ deathsAlone, isSuspected, isCondemned }))).toEqual([
    { deathsAlone: 0, isSuspected: true, isCondemned: false },
    { deathsAlone: 1, isSuspected: true, isCondemned: false },
    { deathsAlone: 0, isSuspected: true, isCondemned: false },
  ]);
  await next.close();
  await queue.close();
  for (const connection of connections) connection.disconnect();
});
