import { fileURLToPath } from 'node:url';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { expect, onTestFinished, test } from 'vitest';
import { type FleetWorld, withFleetAndWeb } from '../../support/fleet-and-web.ts';
import { startPretendDns } from '../../support/pretend-dns.ts';
import { pretendHosts } from '../../support/pretend-web/pretend-hosts.ts';
import type { PretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { until } from '../../support/until.ts';

let world: FleetWorld;
let web: PretendWeb;
let redis: Redis;
withFleetAndWeb((...given) => ([world, web, redis] = given));

const settableClock = fileURLToPath(new URL('../../support/processes/settable-clock.ts', import.meta.url));

test.each([
  ['ahead', 5000],
  ['behind', -5000],
])('a worker whose clock is %s takes no jobs and says so, until it is right', async (_, shiftMs) => {
  const hosts = pretendHosts(4);
  await world.createRun('a', hosts.map((host) => `http://${host}:${web.port}/ok`).join('\n'), { robots: 'ignore' });
  const shifted = { NODE_OPTIONS: `--import=${settableClock}`, TEST_CLOCK_MS: String(shiftMs) };
  const worker = world.start('worker', [], shifted);
  world.start('producer', ['--run', 'a']);
  await until(() => world.logOf(worker).includes('clock is off: no jobs are taken'));
  await until(async () => (await redis.llen('{t0}:fetch:wait')) === 4);
  expect([web.arrivals.total(), await redis.llen('{t0}:fetch:active')]).toEqual([0, 0]);
  worker.kill('SIGUSR2');
  expect((await world.finished('a')).classes).toEqual({ ok: 4 });
});

test('a worker that finds no name server spends no tries on it, and goes on when it finds one', async () => {
  const names = Array.from({ length: 10 }, (_, i) => `shop${i}.example`);
  const dns = await startPretendDns(Object.fromEntries(names.map((name) => [name, { error: 'refused' as const }])));
  onTestFinished(dns.close);
  const list = Array.from({ length: 60 }, (_, i) => `http://${names[i % 10]}:${web.port}/ok?id=${i}`).join('\n');
  await world.createRun('a', list, { attempts: 3, backoffMs: 10, backoffCapMs: 10, robots: 'ignore' });
  const worker = world.start('worker', [], { TRAWL_RESOLVER: dns.address, TRAWL_LOG_LEVEL: 'info' });
  world.start('producer', ['--run', 'a']);
  await until(() => world.logOf(worker).includes('no way to the web'));
  for (const name of names) dns.names[name] = { a: ['127.0.0.1'] };
  expect((await world.finished('a')).classes).toEqual({ ok: 60 });
  await until(() => world.logOf(worker).includes('URLs are fetched as before'));
});
