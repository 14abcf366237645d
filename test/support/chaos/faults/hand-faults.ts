import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import { Queue } from 'bullmq';
import type { Attacked, Fault } from '../attacked.ts';

const withQueue = async ({ redis }: Attacked, act: (queue: Queue) => Promise<void>): Promise<void> => {
  const queue = new Queue(fetchQueueName, { connection: redis.client, prefix: firstShard.bullPrefix });
  queue.on('error', () => undefined);
  try {
    await act(queue);
  } finally {
    await queue.close();
  }
};

/** As somebody would write who has found the queue and not read what belongs into it. */
const strangeData: Record<string, unknown>[] = [
  {},
  { v: 1 },
  { v: 1, run: 'nobody', host: 'h', record: 'not a line', releasedAtMs: 1, turnHeld: true },
  { v: 1, run: 'nobody', host: 'h', record: '0 0 1 0 0 http://127.10.9.9:2/', releasedAtMs: 1, turnHeld: true },
  { v: '1', run: 1, host: [], record: null },
  JSON.parse('{"v":1,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') as Record<
    string,
    unknown
  >,
  { v: 1, run: 'r', host: 'h', record: 'x'.repeat(2_000_000), releasedAtMs: 1, turnHeld: false },
];
const fromTheFuture = { v: 999, run: 'r', host: 'h', everything: 'is different' };

/** What somebody does to the queue by hand: an operator in Bull Board, or a stranger with the password. */
export const handFaults: Record<string, Fault> = {
  'jobs removed, retried and promoted by hand': {
    weight: 2,
    draw: (choose) => ({ act: choose.oneOf(['remove', 'retry', 'promote']), count: choose.whole(1, 40) }),
    strike: (attacked, { act, count }) =>
      withQueue(attacked, async (queue) => {
        const jobs = await queue.getJobs(['waiting', 'delayed', 'active'], 0, Number(count));
        let done = 0;
        for (const job of jobs.filter(Boolean)) {
          const acting = act === 'remove' ? job.remove() : act === 'retry' ? job.retry() : job.promote();
          await acting.then(
            () => (done += 1),
            () => undefined, // not every job is where that may be done to it
          );
        }
        attacked.timeline.note('jobs handled by hand', { act, done });
      }),
  },
  'strange jobs': {
    weight: 1,
    draw: (choose) => ({ which: choose.whole(0, strangeData.length), n: choose.whole(1, 1e9) }),
    strike: (attacked, { which, n }) =>
      withQueue(attacked, async (queue) => {
        const data = strangeData[Number(which)] ?? fromTheFuture;
        attacked.timeline.note('strange job', { data: JSON.stringify(data).slice(0, 80) });
        const job = await queue.add('url', data, { jobId: `stranger-${n}` });
        if (data !== fromTheFuture) return;
        // It waits for a worker that understands it: none comes.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        for (let i = 0; i < 20 && (await removed(job)) === false; i += 1)
          await new Promise((resolve) => setTimeout(resolve, 200));
      }),
  },
};

const removed = (job: { remove: () => Promise<void> }): Promise<boolean> =>
  job.remove().then(
    () => true,
    () => false,
  );
