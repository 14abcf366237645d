import { fetchQueueName } from '@trawl/shared/domain/fetch-job.ts';
import { encodeLine } from '@trawl/shared/domain/frontier-line.ts';
import { firstShard, keysOf } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { Queue } from 'bullmq';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Board, withBoardOfItsOwn } from '../support/board-of-a-file.ts';
import { frontierWorld } from '../support/frontier-world.ts';
import { addToQueue } from '../support/queue-jobs.ts';

let redis: Redis;
let board: Board;
let queue: Queue;

withBoardOfItsOwn((...given) => {
  [board, redis] = given;
  queue = new Queue(fetchQueueName, { connection: redis, prefix: firstShard.bullPrefix, skipMetasUpdate: true });
});
afterAll(() => queue.close());

type Job = { id: string; name: string; data: Record<string, unknown> };
type ShownQueue = {
  name: string;
  counts: { waiting: number };
  jobs: Job[];
  readOnlyMode: boolean;
  allowRetries: boolean;
};

const queuesAs = async (as: 'viewer' | 'operator', query = ''): Promise<ShownQueue[]> =>
  ((await (await board.ask(`/queues/api/queues${query}`, { as })).json()) as { queues: ShownQueue[] }).queues;
const shown = async (name: string, query = ''): Promise<ShownQueue> => {
  const found = (await queuesAs('operator', `?activeQueue=${name}&${query}`)).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no queue ${name}`);
  return found;
};

/** 60 URLs of two hosts in the frontier, of which four are released to the queue. */
const begin = async (): Promise<void> => {
  const world = frontierWorld(redis);
  await world.startRun('mine', { perHost: 2 });
  await world.pushAll(
    'mine',
    Array.from({ length: 60 }, (_, i) => ({ host: i < 30 ? 'a:8080' : 'b', path: `/${i}` })),
  );
  await addToQueue(queue, await world.release());
};

describe('the queue fetch', () => {
  beforeEach(begin);

  test('shows host, run, seq and attempt of a job', async () => {
    const { jobs, counts } = await shown('fetch', 'status=waiting');
    expect(counts.waiting).toBe(4);
    expect(jobs.map(({ name }) => name)).toContain('a:8080 · mine · seq 0 · attempt 1');
    const answer = await board.ask('/queues/api/queues/fetch/mine-31-0');
    const { job } = (await answer.json()) as { job: Job };
    expect(job.name).toBe('b · mine · seq 31 · attempt 1');
    expect(job.data).toMatchObject({ host: 'b', run: 'mine', seq: 31, line: 32, url: 'http://b/31', releases: 1 });
  });

  test('shows no value of a header and no body of a request, in the queue as in the frontier', async () => {
    const overrides = { method: 'POST', headers: { authorization: 'Basic s3cret' }, body: 's3cret' };
    const recordOf = (seq: number) =>
      encodeLine({ seq, release: 0, line: 1, attempts: 0, deferredSinceMs: 0, url: 'http://a:8080/', overrides });
    await queue.add(
      'url',
      { v: 1, run: 'mine', host: 'a:8080', record: recordOf(90), releasedAtMs: 1, turnHeld: true },
      { jobId: 'mine-90-0' },
    );
    await redis.lpush(keysOf(firstShard).lines('a:8080', 'mine'), recordOf(91));
    const texts = await Promise.all(
      [
        'queues?activeQueue=fetch',
        'queues?activeQueue=frontier',
        'queues/fetch/mine-90-0',
        'queues/fetch/mine-90-0/logs',
        `queues/frontier/${encodeURIComponent('mine~91~0~a:8080')}`,
      ].map(async (path) => (await board.ask(`/queues/api/${path}`, { as: 'operator' })).text()),
    );
    expect(texts.filter((text) => text.includes('authorization'))).toHaveLength(4);
    expect(texts.filter((text) => text.includes('s3cret'))).toEqual([]);
  });

  test('is paused, slowed down and let go again by an operator', async () => {
    const json = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
    const put = (path: string, body?: object) =>
      board.change(path, { as: 'operator', ...(body && { headers: json, body: JSON.stringify(body) }) });
    const meta = () => redis.hgetall('{t0}:fetch:meta');
    expect((await put('fetch/pause')).status).toBe(200);
    expect((await put('fetch/concurrency', { concurrency: 5 })).status).toBe(200);
    expect((await put('fetch/rate-limit', { max: 10, duration: 1000 })).status).toBe(200);
    expect(await meta()).toMatchObject({ paused: '1', concurrency: '5', max: '10', duration: '1000' });
    expect((await put('fetch/resume')).status).toBe(200);
    expect(await meta()).not.toHaveProperty('paused');
  });

  const refused: [string, string, RegExp][] = [
    ['PUT', 'fetch/empty', /comes back/],
    ['PUT', 'fetch/obliterate', /comes back/],
    ['PUT', 'fetch/clean/wait', /comes back/],
    ['PUT', 'fetch/mine-0-0/clean', /comes back/],
    ['PUT', 'fetch/retry/failed', /first one stands/],
    ['PUT', 'fetch/mine-0-0/retry', /first one stands/],
    ['PUT', 'fetch/promote', /at once/],
    ['POST', 'fetch/add', /Only Trawl/],
    ['PATCH', 'fetch/mine-0-0/update-data', /Only Trawl/],
    ['PUT', 'control/job-schedulers/x/run', /trawl schedule/],
    ['PUT', 'control/x/promote', /trawl schedule/],
  ];
  test.each(refused)('does nothing for %s %s, also for an operator, and says why', async (method, path, reason) => {
    const answer = await board.change(path, { as: 'operator', method });
    expect(answer.status).toBe(403);
    expect(((await answer.json()) as { message: string }).message).toMatch(reason);
    expect(await queue.getWaitingCount()).toBe(4);
  });

  test('is looked at by a viewer, who is offered and allowed nothing else', async () => {
    expect((await queuesAs('viewer')).map(({ readOnlyMode }) => readOnlyMode)).toEqual([true, true, true]);
    expect((await queuesAs('operator')).map(({ readOnlyMode }) => readOnlyMode)).toEqual([false, false, true]);
    for (const path of ['fetch/pause', 'pause', 'fetch/mine-0-0/promote', 'fetch/empty'])
      expect((await board.change(path, { as: 'viewer' })).status).toBe(403);
    expect(await queue.isPaused()).toBe(false);
  });

  test('notes in the log who did what', async () => {
    await board.change('fetch/pause', { as: 'operator' });
    await board.change('fetch/empty', { as: 'operator' });
    const noted = board
      .logged()
      .filter(({ msg }) => msg === 'queue action')
      .slice(-2);
    expect(noted).toEqual([
      expect.objectContaining({
        user: 'oskar',
        action: 'put /api/queues/:queueName/pause',
        queue: 'fetch',
        allowed: true,
      }),
      expect.objectContaining({ action: 'put /api/queues/:queueName/empty', allowed: false }),
    ]);
  });

  test('asks nobody who is connected to Redis', async () => {
    await redis.call('CONFIG', 'RESETSTAT');
    await shown('fetch');
    expect(String(await redis.info('commandstats'))).not.toContain('client|list');
  });
});

describe('the frontier as a queue', () => {
  beforeEach(begin);

  test('counts the backlog and shows it in pages, host by host', async () => {
    const first = await shown('frontier', 'status=waiting&page=1&jobsPerPage=10');
    expect(first.counts.waiting).toBe(56);
    expect(first.readOnlyMode).toBe(true);
    const pages = [first];
    for (let page = 2; page <= 6; page++)
      pages.push(await shown('frontier', `status=waiting&page=${page}&jobsPerPage=10`));
    const seqs = pages.flatMap(({ jobs }) => jobs.map(({ data }) => data['seq']));
    expect(new Set(seqs).size).toBe(56);
    expect((await shown('frontier', 'status=waiting&page=7&jobsPerPage=10')).jobs).toEqual([]);
  });

  test('reads no more for a page when there are many hosts', async () => {
    const world = frontierWorld(redis);
    await world.startRun('many');
    await world.pushAll(
      'many',
      Array.from({ length: 4000 }, (_, i) => ({ host: `host-${i % 2000}` })),
    );
    await redis.call('CONFIG', 'RESETSTAT');
    expect((await shown('frontier', 'status=waiting&page=1&jobsPerPage=10')).jobs).toHaveLength(10);
    const calls = [...String(await redis.info('commandstats')).matchAll(/calls=(\d+)/g)].map(([, n]) => Number(n));
    expect(calls.reduce((sum, n) => sum + n)).toBeLessThan(200);
    expect((await shown('frontier', 'status=waiting&page=400&jobsPerPage=10')).jobs).toEqual([]);
  });

  test('opens a line, also after others have left the list before it', async () => {
    const [, line] = (await shown('frontier')).jobs;
    const open = () => board.ask(`/queues/api/queues/frontier/${encodeURIComponent(line?.id ?? '')}`);
    expect(((await (await open()).json()) as { job: Job }).job).toMatchObject({
      name: line?.name,
      data: { run: 'mine' },
    });
    await redis.lpop(`{t0}:q:${line?.data['host']}:mine`);
    expect((await open()).status).toBe(200);
    await redis.lpop(`{t0}:q:${line?.data['host']}:mine`);
    expect((await open()).status).toBe(404);
  });

  test.each(['nonsense', 'a~b~c~d', '~1~1~h', 'mine~1~1~'])('has no line by the name of %s', async (id) => {
    expect((await board.ask(`/queues/api/queues/frontier/${id}`)).status).toBe(404);
  });

  test('has no flow, no logs and no schedules', async () => {
    const [line] = (await shown('frontier')).jobs;
    const path = `/queues/api/queues/frontier/${encodeURIComponent(line?.id ?? '')}`;
    expect(await (await board.ask(`${path}/logs`)).json()).toEqual([]);
    expect(await (await board.ask(`${path}/flow`)).json()).toMatchObject({ flowRoot: null });
  });

  test('cannot be changed', async () => {
    for (const path of ['frontier/pause', 'frontier/resume'])
      expect((await board.change(path, { as: 'operator' })).status).toBe(405);
    expect((await board.change('frontier/empty', { as: 'operator' })).status).toBe(403);
  });
});
