import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { afterwards, cleanUp, fetcherWith } from '../../support/fetch-world.ts';
import { response } from '../../support/raw-server.ts';
import { until } from '../../support/until.ts';

afterEach(cleanUp);

/** One server that is many origins, each by an address of its own. */
const manyOrigins = async () => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', () => socket.write(response(200, {}, 'here')));
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  afterwards(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { urlOf: (i: number) => `http://127.1.${i >> 7}.${1 + (i & 127)}:${port}/`, openSockets: () => open.size };
};

it('connections to origins that are not asked again are closed when they have stood idle', async () => {
  const { urlOf, openSockets } = await manyOrigins();
  const { fetchPage } = fetcherWith({ idleMs: 1000 });
  for (let i = 0; i < 20; i++) await fetchPage(urlOf(i));
  expect(openSockets()).toBeGreaterThan(0);
  await until(() => openSockets() === 0);
});

it('no more connections stand idle than 64, however many origins were asked', async () => {
  const { urlOf, openSockets } = await manyOrigins();
  const { fetchPage } = fetcherWith({ concurrency: 8, idleMs: 600_000 });
  for (let i = 0; i < 200; i++) await fetchPage(urlOf(i));
  await until(() => openSockets() <= 64);
  expect(openSockets()).toBe(64);
});
