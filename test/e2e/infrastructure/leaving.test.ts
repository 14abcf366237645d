import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, test } from 'vitest';
import { cliWorld } from '../../support/cli-world.ts';
import { type FleetWorld, withFleetAndWeb } from '../../support/fleet-and-web.ts';
import { endOf } from '../../support/fleet-world.ts';
import { pretendHosts } from '../../support/pretend-web/pretend-hosts.ts';
import type { PretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { until } from '../../support/until.ts';

let world: FleetWorld;
let web: PretendWeb;
let redis: Redis;
withFleetAndWeb((...given) => ([world, web, redis] = given));

const [host = ''] = pretendHosts(1);
const list = (): string =>
  Array.from({ length: 200 }, (_, i) => `http://${host}:${web.port}/ok?delay=50&id=${i}`).join('\n');

test.each([
  ['is gone', () => world.redis.kill()],
  ['refuses commands', () => redis.config('SET', 'min-replicas-to-write', '1')],
])('a fleet whose Redis %s still stops in order, with 0', async (_, lose) => {
  await world.createRun('a', list(), { robots: 'ignore' });
  const children = [
    world.start('worker'),
    world.start('producer', ['--run', 'a']),
    world.start('collector', ['--run', 'a']),
  ];
  await world.recorded('a', 20);
  await lose();
  expect(await Promise.all(children.map((child) => endOf(child, 'SIGTERM')))).toEqual([0, 0, 0]);
  expect(children.filter((child) => world.logOf(child).includes('stopping took too long'))).toEqual([]);
});

test('a process that finds no Redis yet stops when it is told to', async () => {
  await world.redis.kill();
  const worker = world.start('worker', [], { TRAWL_LOG_LEVEL: 'warn' });
  await until(() => world.logOf(worker).includes('redis connection error') || worker.exitCode !== null);
  expect(await endOf(worker, 'SIGTERM')).toBe(0);
});

test('what Redis forbids its user ends a producer with 2, and names the right', async () => {
  const redis = await world.redis.connect();
  await world.createRun('a', list(), { robots: 'ignore' });
  await redis.call('ACL', 'SETUSER', 'half', 'on', '>half', '~*', '&*', '+@all', '-lpop', '-rpush');
  const url = new URL(world.redis.url);
  [url.username, url.password] = ['half', 'half'];
  const producer = world.start('producer', ['--run', 'a'], { REDIS_URL: url.href });
  expect(await endOf(producer)).toBe(2);
  expect(world.logOf(producer)).toMatch(/Redis refuses a right: [^]*docs\/redis-access.md/);
});

test('a data directory that cannot be made is the user’s to mend', async () => {
  const { trawl, file } = await cliWorld();
  await file('urls.txt', list());
  await file('taken', 'a file');
  const { code, stderr } = await trawl(['run', 'urls.txt', '--data-dir', 'taken/below']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--data-dir')]);
});
