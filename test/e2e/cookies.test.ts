import { readFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { afterwards, cleanUp } from '../support/fetch-world.ts';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { response, startRawServer } from '../support/raw-server.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

const cookieOf = (head: string): string => /^cookie: (.*)$/m.exec(head)?.[1]?.trim() ?? '';
const setCookie = { 'set-cookie': 'session=secret-of-host; Path=/; Max-Age=600' };

it('a run keeps its cookies over workers and their deaths; other hosts and other runs never see them', async () => {
  let isHeld = true;
  const host = await startRawServer(({ head, socket }) => {
    if (head.startsWith('GET /login ')) socket.write(response(302, { location: '/home', ...setCookie }));
    else if (!head.startsWith('GET /held ') || !isHeld) socket.write(response(200, {}));
  });
  afterwards(host.close);
  const fleet = await startFleetWorld();
  afterwards(fleet.stop);
  fleet.start('producer');
  fleet.start('collector');
  const first = fleet.start('worker');
  /** What the host was sent for a path, in the order of its requests. */
  const cookiesFor = (path: string, name = '127.0.0.1') =>
    host.heads.filter((head) => head.startsWith(`GET ${path} `) && head.includes(`host: ${name}:`)).map(cookieOf);
  const feed = async (run: string, urls: string[], cookies?: boolean) => {
    await fleet.leaveRun(run, urls.join('\n'), { perHost: 1, ...(cookies !== undefined && { cookies }) });
  };

  await feed('r1', [host.url('/login'), host.url('/held')], true);
  await until(async () => cookiesFor('/held').length === 1);
  await endOf(first, 'SIGKILL');
  isHeld = false;
  const redis = await fleet.redis.connect();
  await redis.del(...(await redis.keys('{t0}:fetch:*:lock'))); // it would expire
  fleet.start('worker', [], { TRAWL_STALLED_INTERVAL: '200ms' });
  await fleet.finished('r1');
  expect(cookiesFor('/home')).toEqual(['session=secret-of-host']);
  expect(new Set(cookiesFor('/held'))).toEqual(new Set(['session=secret-of-host']));
  expect(cookiesFor('/held').length).toBeGreaterThan(1);

  await feed('r2', [host.url('/login'), host.url('/other', 'localhost'), host.url('/same')], true);
  await feed('r3', [host.url('/login'), host.url('/off')]);
  await fleet.finished('r2');
  await fleet.finished('r3');
  expect(cookiesFor('/login')).toEqual(['', '', '']);
  expect(cookiesFor('/other', 'localhost')).toEqual(['']);
  expect(cookiesFor('/same')).toEqual(['session=secret-of-host']);
  expect(cookiesFor('/off')).toEqual(['']);

  for (const run of ['r1', 'r2', 'r3']) {
    await until(async () => (await fleet.status(run)).collectedAtMs !== undefined);
    expect(await readFile(fleet.outputOf(run), 'utf8')).not.toContain('secret-of-host');
  }
  expect(await redis.keys('*cookies*')).toEqual([]);
});
