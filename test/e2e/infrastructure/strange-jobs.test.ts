import type { Redis } from '@trawl/shared/platform/redis.ts';
import { type Job, Queue } from 'bullmq';
import { afterEach, expect, test } from 'vitest';
import { type FleetWorld, withFleetAndWeb } from '../../support/fleet-and-web.ts';
import { pretendHosts } from '../../support/pretend-web/pretend-hosts.ts';
import type { PretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { until } from '../../support/until.ts';

let world: FleetWorld;
let web: PretendWeb;
let redis: Redis;
let queue: Queue;
withFleetAndWeb((...given) => {
  [world, web, redis] = given;
  queue = new Queue('fetch', { connection: redis, prefix: '{t0}' });
});
afterEach(() => queue.close());

const hosts = pretendHosts(5);
const lines = 100;
const list = (): string =>
  Array.from({ length: lines }, (_, i) => {
    const path = i % 4 === 0 ? `/flaky?id=${i}&fails=1&status=500&delay=20` : `/ok?delay=50&id=${i}`;
    return `http://${hosts[i % hosts.length]}:${web.port}${path}`;
  }).join('\n');

const own = (url: string) => ({
  v: 1,
  run: 'a',
  host: '127.0.0.1',
  record: `7 0 8 0 0 ${url}`,
  releasedAtMs: Date.now(),
  turnHeld: true,
});

const expectEachLineOnce = async (): Promise<void> => {
  expect((await world.finished('a')).classes).toEqual({ ok: lines });
  expect(await redis.hlen('{t0}:released')).toBe(0);
};
const noneIsLeft = () =>
  until(async () => (await queue.getJobCountByTypes('active', 'wait', 'delayed', 'failed')) === 0);

test('jobs of strangers are dropped or put aside, and a run beside them ends as ever', async () => {
  const url = `http://127.0.0.1:${web.port}/stranger`;
  const strange: unknown[] = [
    null,
    'text',
    42,
    [],
    [own(url)],
    {},
    { ...own(url), record: 'no line' },
    { ...own(url), record: `-1 0 1 0 0 ${url}` },
    { ...own(url), record: `99999999999 0 1 0 0 ${url}` },
    { ...own(url), record: '7 0 8 0 0 file:///etc/passwd' },
    { ...own(url), v: '1' },
    { ...own(url), v: -1 },
    { ...own(url), host: 'x'.repeat(5_000_000) },
    JSON.parse(`{"__proto__":{"v":1,"polluted":true},"constructor":{"prototype":{"polluted":true}}}`),
    own(url),
  ];
  await queue.addBulk(strange.map((data) => ({ name: 'anything', data, opts: { attempts: 50 } })));
  const newer = await queue.add('url', { ...own(url), v: 2 });
  const torn: Job = await queue.add('url', own(url));
  await redis.hset(`{t0}:fetch:${torn.id}`, 'data', '{"v":1,');
  await redis.lpush('{t0}:fetch:wait', 'an-id-without-a-job');
  await world.createRun('a', list(), { backoffMs: 50 });
  const worker = world.start('worker');
  world.start('producer', ['--run', 'a']);
  await expectEachLineOnce();
  await until(async () => (await queue.getJobCountByTypes('active', 'wait', 'failed')) === 0);
  expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([newer.id]);
  expect([worker.exitCode, web.arrivals.countFor('/stranger')]).toEqual([null, 0]);
  const dropped = () => world.logOf(worker).split('"job dropped"').length - 1;
  await until(() => dropped() >= strange.length + 2);
  expect(dropped()).toBe(strange.length + 2);
});

test('a job that no worker can so much as read does not go round for ever', async () => {
  const ids: string[] = [];
  for (const [field, value] of [
    ['opts', '{"attempts":'],
    ['progress', '{'],
    ['rjk', 'name:id:enddate:tz:* * * * *'],
  ] as const) {
    const job = await queue.add('url', {});
    ids.push(String(job.id));
    await redis.hset(`{t0}:fetch:${job.id}`, field, value, 'stc', 30);
  }
  await world.createRun('a', list(), { backoffMs: 50 });
  world.start('worker');
  world.start('producer', ['--run', 'a']);
  await expectEachLineOnce();
  await noneIsLeft();
  expect(await redis.exists(...ids.map((id) => `{t0}:fetch:${id}`))).toBe(0);
});

test('jobs that somebody removes, drains, promotes, adds again or obliterates lose no line and repeat none', async () => {
  await world.createRun('a', list(), { backoffMs: 300, perHost: 2, robots: 'ignore' });
  const worker = world.start('worker', [], { TRAWL_CONCURRENCY: '4' });
  const producer = world.start('producer', ['--run', 'a']);
  const isOver = async () => (await world.status('a')).state === 'finished';
  const waiting = (n: number) => until(async () => (await redis.llen('{t0}:fetch:wait')) >= n || isOver());
  await waiting(4);
  for (const job of await queue.getWaiting(0, 3)) await job.remove().catch(() => undefined);
  await until(async () => (await queue.getDelayedCount()) > 0 || isOver());
  for (const job of await queue.getDelayed()) await job.promote().catch(() => undefined);
  await world.recorded('a', 20);
  await waiting(1);
  await queue.drain(true);
  await world.recorded('a', 40);
  const [again] = await queue.getActive(0, 0);
  if (again) await queue.add('url', again.data, { jobId: `${again.id}-again` });
  if (again) await until(async () => (await redis.hexists('{t0}:released', String(again.id))) === 0);
  if (again) await queue.add('url', again.data, { jobId: String(again.id) });
  await queue.obliterate({ force: true });
  await expectEachLineOnce();
  await noneIsLeft();
  expect([worker.exitCode, producer.exitCode]).toEqual([null, null]);
});
