import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { isPassword, readPasswordHash } from '@trawl/shared/platform/password-hash.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestRedis } from '../support/redis-for-tests.ts';
import { until } from '../support/until.ts';

let server: Awaited<ReturnType<typeof startTestRedis>>;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  server = await startTestRedis();
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => server.stop());

const trawl = (
  args: string[],
  { input = '', variables = {} }: { input?: string; variables?: Record<string, string> } = {},
) => {
  const bin = fileURLToPath(new URL('../../apps/cli/bin/trawl.js', import.meta.url));
  const env = { ...process.env, REDIS_URL: server.url, TRAWL_DATA_DIR: server.dataDir, ...variables };
  const child = spawn(process.execPath, [bin, ...args], { env, stdio: 'pipe' });
  children.add(child);
  child.stdin.end(input);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'exit').then(async ([code]) => {
    children.delete(child);
    const [stdout, stderr] = await output;
    return { code: code as number | null, stdout, stderr };
  });
  return { child, ended };
};

const startBoard = async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const board = trawl(['board', '--listen', `127.0.0.1:${port}`]);
  const status = (path: string) => fetch(`${url}${path}`).then((answer) => answer.status);
  await until(() =>
    status('/readyz').then(
      (code) => code === 200,
      () => false,
    ),
  );
  return { ...board, url, status };
};

describe('trawl board', () => {
  test.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:80', 'board.example:3000'])(
    'does not listen on %s for everybody without credentials',
    async (address) => {
      const { code, stderr } = await trawl(['board'], { variables: { TRAWL_BOARD_LISTEN: address } }).ended;
      expect(code).toBe(2);
      expect(stderr).toContain(`--listen / TRAWL_BOARD_LISTEN: ${address} can be reached from other machines`);
      expect(stderr).toContain('TRAWL_BOARD_OPERATOR');
    },
  );

  test('takes no plain password, and does not repeat it', async () => {
    const { code, stderr } = await trawl(['board'], { variables: { TRAWL_BOARD_VIEWER: 'vera:s3cret' } }).ended;
    expect([code, stderr.includes('s3cret')]).toEqual([2, false]);
    expect(stderr).toContain('--viewer / TRAWL_BOARD_VIEWER');
  });

  test('says who stands in its place', async () => {
    const { url, child, ended } = await startBoard();
    const second = await trawl(['board', '--listen', new URL(url).host]).ended;
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/--listen \/ TRAWL_BOARD_LISTEN: .*EADDRINUSE/);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  test('hashes a password from stdin', async () => {
    const { code, stdout } = await trawl(['board', '--hash-password', 'vera'], { input: 's3cret ä\nmore\n' }).ended;
    const [user, hash = ''] = stdout.trim().split(':');
    expect([code, user, stdout.includes('s3cret')]).toEqual([0, 'vera', false]);
    const read = readPasswordHash(hash);
    expect(read && (await isPassword('s3cret ä', read))).toBe(true);
    expect(read && (await isPassword('s3cret', read))).toBe(false);
    expect((await trawl(['board', '--hash-password', 'vera'], { input: '' }).ended).code).toBe(2);
  });

  test('hangs up on everybody and ends with 0 when it is told to', async () => {
    const { url, child, ended } = await startBoard();
    const live = await fetch(`${url}/api/live`);
    expect(live.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    child.kill('SIGTERM');
    expect(await live.text()).toContain('event: parts');
    expect((await ended).code).toBe(0);
  });

  test('says that Redis is away instead of waiting for it, and goes on when it is back', async () => {
    const { url, status, child, ended } = await startBoard();
    await server.kill();
    await until(async () => (await status('/readyz')) === 503);
    expect([await status('/healthz'), await status('/'), await status('/api/overview')]).toEqual([200, 503, 503]);
    expect(await status('/queues/api/queues')).toBeGreaterThanOrEqual(500);
    expect(await (await fetch(url)).text()).toContain('Redis does not answer.');
    await server.restart();
    await until(async () => (await status('/')) === 200);
    await until(async () => (await status('/readyz')) === 200);
    expect(await status('/queues/api/queues')).toBe(200);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
