import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AnswerHealth } from '@trawl/shared/platform/health/health-answers.ts';
import { type HealthServer, startHealthServer } from '@trawl/shared/platform/health/health-server.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { afterEach, expect, test } from 'vitest';

let server: HealthServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const loopback = { host: '127.0.0.1', port: 0 };
const well: AnswerHealth = async (path) =>
  path === '/healthz' ? { status: 200, contentType: 'text/plain', body: 'well' } : undefined;

const start = async (answer = well): Promise<string> => {
  server = await startHealthServer(loopback, answer);
  return server.url;
};

test('a path is answered whatever its query says, and every other one is a 404', async () => {
  const url = await start();
  const response = await fetch(`${url}/healthz?from=probe`);
  expect([response.status, await response.text()]).toEqual([200, 'well']);
  for (const path of ['/', '/healthz/', '/metrics', '//healthz', '/%68ealthz'])
    expect((await fetch(`${url}${path}`)).status).toBe(404);
});

test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is refused', async (method) => {
  const response = await fetch(`${await start()}/healthz`, { method });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET']);
});

test('a page that fails is a 500, and the next one is answered', async () => {
  let asked = 0;
  const url = await start(async (path) => {
    asked += 1;
    if (asked === 1) throw new Error('no');
    return well(path);
  });
  expect((await fetch(`${url}/healthz`)).status).toBe(500);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('who says nothing, or asks and never ends the question, is hung up on', async () => {
  const { port } = new URL(await start());
  const silent = connect(Number(port), '127.0.0.1');
  const slow = connect(Number(port), '127.0.0.1');
  slow.write('GET /healthz HTTP/1.1\r\nhost: a\r\n');
  await Promise.all([silent, slow].map((socket) => once(socket.resume(), 'close')));
  expect([silent.destroyed, slow.destroyed]).toEqual([true, true]);
});

test('closing hangs up on who waits for an answer', async () => {
  const asked = Promise.withResolvers<void>();
  const { port } = new URL(
    await start(() => {
      asked.resolve();
      return new Promise(() => undefined);
    }),
  );
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n');
  await asked.promise;
  const hungUp = once(socket.resume(), 'close');
  await server?.close();
  server = undefined;
  await hungUp;
  expect(socket.destroyed).toBe(true);
});

test('an address that is taken is refused by both names of the setting', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const refused = startHealthServer({ host: '127.0.0.1', port }, well);
  await expect(refused).rejects.toThrow(`--health / TRAWL_HEALTH: 127.0.0.1:${port} is taken by another process`);
  await expect(refused).rejects.toBeInstanceOf(UserError);
  await expect(startHealthServer({ host: '192.0.2.1', port: 0 }, well)).rejects.toThrow(
    'is no address of this machine',
  );
  other.close();
  await once(other, 'close');
});
