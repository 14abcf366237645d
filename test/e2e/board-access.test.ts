import type { Redis } from '@trawl/shared/platform/redis.ts';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Board, withBoardOfItsOwn } from '../support/board-of-a-file.ts';
import { operator, viewer } from '../support/board-users.ts';
import { startBoardForTests, type Who } from '../support/board-world.ts';
import { frontierWorld } from '../support/frontier-world.ts';

let redis: Redis;
let board: Board;

withBoardOfItsOwn((...given) => ([board, redis] = given));

const pages = [
  '/',
  '/api/overview',
  '/api/live',
  '/queues',
  '/queues/api/queues',
  '/queues/static/favicon.ico',
  '/metrics',
];

describe('a board with credentials', () => {
  test.each([...pages, '/nothing'])('answers %s to nobody without a login', async (path) => {
    const answer = await board.ask(path, { as: 'nobody' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Trawl", charset="UTF-8"');
  });

  const wrong: [string, Who][] = [
    ['the password of somebody else', { ...viewer, password: operator.password }],
    ['a wrong password', { ...operator, password: 'guess' }],
    ['the name of nobody', { ...operator, username: 'olga' }],
    ['the hash instead of the password', { ...operator, password: 'scrypt.15.8.3.AAAA.AAAA' }],
  ];
  test.each(wrong)('refuses %s, and says so in the log without the password', async (_what, as) => {
    expect((await board.ask('/', { as })).status).toBe(401);
    const last = board.logged().findLast(({ msg }) => msg === 'login refused');
    expect(last).toMatchObject({ address: '127.0.0.1' });
    expect(JSON.stringify(board.logged())).not.toContain((as as typeof viewer).password);
    expect(JSON.stringify(last)).not.toContain('olga');
  });

  test('lets a viewer look, and answers 404 for what there is not', async () => {
    for (const path of ['/', '/api/overview', '/queues', '/queues/api/queues', '/metrics'])
      expect([path, (await board.ask(path)).status]).toEqual([path, 200]);
    expect((await board.ask('/nothing')).status).toBe(404);
  });

  test('lets orchestrators ask for its health without a login', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await board.ask(path, { as: 'nobody' })).status).toBe(200);
  });

  test('lets nobody try a login more than ten times a minute, and those in who are in', async () => {
    const guess = (password: string) => board.ask('/', { as: { username: operator.username, password } });
    expect((await board.ask('/', { as: 'operator' })).status).toBe(200);
    board.timePasses(60_000);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => guess(`guess ${i}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await board.ask('/', { as: 'operator' })).status).toBe(200);
    expect((await guess('another')).headers.get('retry-after')).toBe('60');
    board.timePasses(60_000);
    expect((await guess('another')).status).toBe(401);
  });

  test.each(pages)('says in every answer to %s that no other page may hold it', async (path) => {
    const { headers } = await board.ask(path, { as: 'nobody' });
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test('is told no lie about who asks', async () => {
    const headers = { 'x-trawl-board-role': 'operator', 'sec-fetch-site': 'same-origin' };
    expect((await board.change('fetch/pause', { as: 'viewer', headers })).status).toBe(403);
    expect(await redis.exists('{t0}:fetch:meta')).toBe(0);
  });
});

describe('a run', () => {
  const formToken = async (as: Who): Promise<string> => {
    board.timePasses();
    return /name="token" value="([^"]+)"/.exec(await (await board.ask('/', { as })).text())?.[1] ?? '';
  };
  const act = (run: string, name: string, options: Parameters<Board['ask']>[1]) =>
    board.ask(`/api/runs/${run}/${name}`, { method: 'POST', as: 'operator', ...options });

  beforeEach(async () => {
    const world = frontierWorld(redis);
    await world.startRun('mine');
    await world.pushAll('mine', [{ host: 'a' }]);
  });

  const isPaused = async () => (await redis.hget('{t0}:run:mine', 'paused')) === '1';
  const sameOrigin = { 'sec-fetch-site': 'same-origin' };
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };

  test('is paused, resumed and cancelled by a program of an operator', async () => {
    expect((await act('mine', 'pause', {})).status).toBe(200);
    expect(await isPaused()).toBe(true);
    expect((await act('mine', 'resume', {})).status).toBe(200);
    expect(await isPaused()).toBe(false);
    expect((await act('mine', 'cancel', {})).status).toBe(200);
    expect(await redis.hexists('{t0}:run:mine', 'cancelledAtMs')).toBe(1);
    const pause = await act('mine', 'pause', {});
    expect([pause.status, await pause.json()]).toEqual([
      409,
      expect.objectContaining({ error: expect.stringContaining('cancelled') }),
    ]);
    expect(board.logged()).toContainEqual(
      expect.objectContaining({ run: 'mine', act: 'cancel', user: operator.username }),
    );
  });

  test.each([
    ['{"__proto__":{"token":"x","role":"operator"}}', 'a key __proto__'],
    ['{"constructor":{"prototype":{"role":"operator"}}}', 'a key constructor'],
    ['{"\\u0000":"\\u0000","token":1e999}', 'NUL and a huge number'],
    ['['.repeat(100_000) + ']'.repeat(100_000), 'endless brackets'],
    ['{"token":1,"token":2', 'half a body'],
  ])('is not reached by a body that is more than data: %#', async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await board.ask('/api/runs/none/pause', { as: 'operator', method: 'POST', headers, body });
    expect([400, 404, 413]).toContain(answer.status);
    expect(await answer.text()).not.toContain('Maximum call stack');
    expect(({} as { role?: unknown }).role).toBeUndefined();
    const asViewer = await board.ask('/api/runs/mine/pause', { as: 'viewer', method: 'POST', headers, body });
    expect([400, 403, 413]).toContain(asViewer.status);
    expect(await isPaused()).toBe(false);
  });

  test('is not touched by a viewer', async () => {
    expect((await act('mine', 'pause', { as: 'viewer' })).status).toBe(403);
    expect(await formToken('viewer')).toBe('');
    expect(await isPaused()).toBe(false);
  });

  test('is paused by the form of the page, also without its script', async () => {
    const token = await formToken('operator');
    const answer = await act('mine', 'pause', { headers: { ...sameOrigin, ...form }, body: `token=${token}` });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(await isPaused()).toBe(true);
  });

  const foreign: [string, Record<string, string>][] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of the same machine', { 'sec-fetch-site': 'same-site' }],
    ['another origin, in an older browser', { origin: 'http://evil.example' }],
    ['no origin at all', { origin: 'null' }],
  ];
  test.each(foreign)('is not paused by a page of %s, even with the token', async (_what, headers) => {
    const token = await formToken('operator');
    expect((await act('mine', 'pause', { headers: { ...form, ...headers }, body: `token=${token}` })).status).toBe(403);
    expect((await board.change('fetch/pause', { as: 'operator', headers })).status).toBe(403);
    expect(await isPaused()).toBe(false);
  });

  test('is not paused by a browser without the token', async () => {
    for (const body of ['', 'token=', 'token=AAAA'])
      expect((await act('mine', 'pause', { headers: { ...sameOrigin, ...form }, body })).status).toBe(403);
    expect(await isPaused()).toBe(false);
  });

  test('is not there, or there is no such action', async () => {
    expect((await act('yours', 'pause', {})).status).toBe(404);
    expect((await act('mine', 'delete', {})).status).toBe(404);
  });
});

describe('a board without credentials', () => {
  let open: Board;
  beforeAll(async () => {
    open = await startBoardForTests(redis, { open: true });
  });
  afterAll(() => open.stop());

  test('takes everybody on this machine for an operator', async () => {
    expect(await (await open.ask('/', { as: 'nobody' })).text()).toContain('<span class="role">operator</span>');
    expect((await open.change('fetch/pause', { as: 'nobody' })).status).toBe(200);
  });

  test('answers to names of this machine only, so that no page can get here by a name of its own', async () => {
    const { host } = new URL(open.url);
    const rebound = await fetchWithHost(open.url, 'rebound.example:3000');
    expect(rebound).toBe(421);
    expect(await fetchWithHost(open.url, host)).toBe(200);
    expect(await fetchWithHost(open.url, 'localhost:1')).toBe(200);
  });

  test('does what no other page asks for', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await open.change('fetch/pause', { as: 'nobody', headers })).status).toBe(403);
  });
});

async function fetchWithHost(url: string, host: string): Promise<number> {
  const { statusCode, body } = await request(`${url}/api/overview`, { headers: { host } });
  await body.dump();
  return statusCode;
}
