import { readFile } from 'node:fs/promises';
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

const hosts = pretendHosts(5);
const list = (port = web.port): string =>
  Array.from({ length: 2000 }, (_, i) => `http://${hosts[i % hosts.length]}:${port}/ok?delay=50&id=${i}`).join('\n');

const losses: [string, () => Promise<unknown>][] = [
  ['of which everything is deleted', () => redis.flushall()],
  ['of which the record is deleted', () => redis.del('{t0}:run:a')],
];

test.each(losses)('a run %s ends in a clear error, and fleets serve others', async (_, lose) => {
  await world.createRun('a', list(), { robots: 'ignore' });
  const worker = world.start('worker');
  const producer = world.start('producer', ['--run', 'a']);
  const collector = world.start('collector', ['--run', 'a']);
  await world.recorded('a', 40);
  await lose();
  expect([await endOf(producer), await endOf(collector)]).toEqual([2, 2]);
  for (const child of [producer, collector])
    expect(world.logOf(child)).toContain('The run a is gone from Redis: its data was deleted');
  await world.createRun('b', `http://${hosts[0]}:${web.port}/ok`);
  world.start('producer', ['--run', 'b']);
  world.start('collector', ['--run', 'b']);
  expect((await world.finished('b')).classes).toEqual({ ok: 1 });
  await until(async () => (await redis.llen('{t0}:fetch:active')) === 0);
  expect(worker.exitCode).toBeNull();
});

test('a worker drops jobs of a run that is gone, and they do not come back', async () => {
  await world.createRun('a', list(), { robots: 'ignore' });
  const producer = world.start('producer');
  await redis.sadd('{t0}:to-feed', 'a');
  await redis.publish('{t0}:new-runs', 'a');
  await until(async () => (await redis.llen('{t0}:fetch:wait')) >= 20);
  await redis.del('{t0}:run:a');
  const worker = world.start('worker');
  await until(async () => (await redis.hlen('{t0}:released')) === 0);
  await until(() => world.logOf(worker).includes('run is gone from Redis: its job is dropped'));
  expect([producer.exitCode, web.arrivals.total()]).toEqual([null, 0]);
});

test('trawl run whose Redis loses everything ends with 2 and says what happened', async () => {
  const { file, start, web: shops, dir } = await cliWorld();
  await file('urls.txt', list(shops.port));
  const run = start(['run', 'urls.txt', '--redis', world.redis.url, '--json', '--out', 'out.jsonl', '--name', 'lost']);
  await shops.arrivals.reached(30);
  await redis.flushall();
  const { code, stderr } = await run.ended;
  expect(stderr).toContain('is gone from Redis: its data was deleted');
  expect(code).toBe(2);
  const written = await readFile(`${dir}/out.jsonl`, 'utf8');
  expect(written === '' || written.endsWith('\n')).toBe(true);
});
