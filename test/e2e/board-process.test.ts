import { isPassword, readPasswordHash } from '@trawl/shared/platform/password-hash.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { announcedUrl } from '../support/announced-url.ts';
import { cliWorld } from '../support/cli-world.ts';
import { endOf, startFleetWorld } from '../support/fleet-world.ts';
import { until } from '../support/until.ts';

test('trawl board hashes a password from stdin', async () => {
  const world = await cliWorld();
  const hash = (input: string) => world.start(['board', '--hash-password', 'vera'], { input }).ended;
  const { code, stdout } = await hash('s3cret ä\nmore\n');
  const [user, text = ''] = stdout.trim().split(':');
  expect([code, user, stdout.includes('s3cret')]).toEqual([0, 'vera', false]);
  const read = readPasswordHash(text);
  expect(read && (await isPassword('s3cret ä', read))).toBe(true);
  expect(read && (await isPassword('s3cret', read))).toBe(false);
  expect((await hash('')).code).toBe(2);
});

describe('a board as a process', () => {
  let world: Awaited<ReturnType<typeof startFleetWorld>>;
  beforeAll(async () => {
    world = await startFleetWorld();
  });
  afterAll(() => world.stop());

  test('does not begin where strangers could reach it', async () => {
    const board = world.start('board', ['--listen', '0.0.0.0:0']);
    await until(() => board.exitCode !== null);
    expect(board.exitCode).toBe(2);
  });

  test('says who stands in its place, goes on when Redis is back, and hangs up on everybody in the end', async () => {
    const board = world.start('board', ['--listen', '127.0.0.1:0']);
    const url = await announcedUrl(await world.redis.connect(), board.pid);
    const status = (path: string) => fetch(`${url}${path}`).then((answer) => answer.status);

    const second = world.start('board', ['--listen', new URL(url).host]);
    await until(() => second.exitCode !== null && world.logOf(second).includes('EADDRINUSE'));
    expect(second.exitCode).toBe(2);
    expect(world.logOf(second)).toMatch(/--listen \/ TRAWL_BOARD_LISTEN: .*EADDRINUSE/);

    await until(async () => (await status('/readyz')) === 200);
    await world.redis.kill();
    await until(async () => (await status('/readyz')) === 503);
    expect([await status('/healthz'), await status('/'), await status('/api/overview')]).toEqual([200, 503, 503]);
    expect(await status('/queues/api/queues')).toBeGreaterThanOrEqual(500);
    expect(await (await fetch(url)).text()).toContain('Redis does not answer.');
    await world.redis.restart();
    for (const path of ['/', '/readyz', '/queues/api/queues']) await until(async () => (await status(path)) === 200);

    const live = await fetch(`${url}/api/live`);
    expect(live.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const ended = endOf(board, 'SIGTERM');
    expect(await live.text()).toContain('event: parts');
    expect(await ended).toBe(0);
  });
});
