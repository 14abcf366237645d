import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAddressGuard } from '../../../apps/worker/src/fetch/address-guard.ts';
import { startProcess } from '../../support/child-process.ts';
import { dnsWorld } from '../../support/dns-world.ts';
import { afterwards, brief, cleanUp, fetcherWith, textOf } from '../../support/fetch-world.ts';
import type { DnsName } from '../../support/pretend-dns.ts';
import { type RawRequest, response, startRawServer } from '../../support/raw-server.ts';

afterEach(cleanUp);

/** 127.0.0.1 stands for a public address, every other one of this machine for a private one. */
const guard = createAddressGuard({ allowed: ['127.0.0.1/32'] });
const forbidden = { kind: 'forbidden', why: 'private-address' };

const page = ({ socket }: RawRequest): unknown => socket.write(response(200, {}, 'page'));
const lastPage = ({ socket }: RawRequest): unknown => socket.end(response(200, { connection: 'close' }, 'page'));

/** A public host, a private one at the same port, and a name whose addresses the test says. */
const world = async (name: DnsName, answer = page, privateAddress = '127.0.0.2') => {
  const web = await startRawServer(answer);
  afterwards(web.close);
  let intruders = 0;
  const canary = createServer((socket) => {
    intruders += 1;
    socket.end(response(200, {}, 'secret'));
  });
  canary.listen(web.port, privateAddress);
  await once(canary, 'listening');
  afterwards(() => canary.close());
  const { dns, server, clock } = await dnsWorld({ 'shop.example': name });
  const { fetchPage } = fetcherWith({ dns, guard });
  const get = (path = '/') => fetchPage(web.url(path, 'shop.example'));
  return { web, server, clock, get, intruders: () => intruders };
};

const movesAway: DnsName = { a: ['127.0.0.1'], ttl: 0, later: { a: ['127.0.0.2'], ttl: 0 } };

describe('a name that is public first and private then', () => {
  it('is connected to at the address that was judged: there is no second question', async () => {
    const { get, server, intruders } = await world(movesAway);
    expect(textOf(await get())).toBe('page');
    expect(server.queries.toSorted()).toEqual(['A shop.example', 'AAAA shop.example']);
    expect(intruders()).toBe(0);
  });

  it('is judged again for the next connection once its time is over', async () => {
    const { get, server, clock, web, intruders } = await world(movesAway, lastPage);
    await get();
    clock.ms = 999;
    expect(textOf(await get())).toBe('page');
    expect(server.queries).toHaveLength(2);
    clock.ms = 1000;
    expect(brief(await get())).toEqual(forbidden);
    expect(server.queries).toHaveLength(4);
    expect([web.connections(), intruders()]).toEqual([2, 0]);
  });

  it('goes on over a connection that is kept', async () => {
    const { get, server, clock, web } = await world(movesAway);
    await get();
    clock.ms = 1_000_000;
    expect(textOf(await get())).toBe('page');
    expect([web.connections(), server.queries.length]).toEqual([1, 2]);
  });

  it('is judged again where a kept connection turns out to be closed', async () => {
    let breaksOff = false;
    const { get, clock, web, intruders } = await world(movesAway, (request) =>
      breaksOff ? request.socket.destroy() : page(request),
    );
    await get();
    clock.ms = 1000;
    breaksOff = true;
    expect(brief(await get())).toEqual(forbidden);
    expect([web.connections(), intruders()]).toEqual([1, 0]);
  });

  it('is judged again where a redirect leads back to it', async () => {
    const surroundings = await world(movesAway, ({ socket }) => {
      surroundings.clock.ms = 1000;
      socket.end(response(302, { location: '/there', connection: 'close' }));
    });
    expect(brief(await surroundings.get())).toEqual(forbidden);
    expect(surroundings.intruders()).toBe(0);
  });

  it('by its IPv6 address is refused as well', async () => {
    const name: DnsName = { a: ['127.0.0.1'], ttl: 0, later: { aaaa: ['::1'], ttl: 0 } };
    const { get, clock, intruders } = await world(name, lastPage, '::1');
    await get();
    clock.ms = 1000;
    expect(brief(await get())).toEqual(forbidden);
    expect(intruders()).toBe(0);
  });
});

describe('of several addresses', () => {
  it.each<[string, DnsName]>([
    ['the private one first', { a: ['127.0.0.2', '127.0.0.1'] }],
    ['the private one last', { a: ['127.0.0.1', '127.0.0.2'] }],
    ['a private one of IPv6', { a: ['127.0.0.1'], aaaa: ['::1', '::ffff:127.0.0.2'] }],
    ['many private ones', { a: ['10.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.1', '192.168.0.1'] }],
  ])('only the allowed are tried: %s', async (_, name) => {
    const { get, web, intruders } = await world(name);
    expect(textOf(await get())).toBe('page');
    expect([web.connections(), intruders()]).toEqual([1, 0]);
  });

  it('none is tried where none is allowed', async () => {
    const { get, intruders } = await world({ a: ['127.0.0.2', '10.0.0.1'], aaaa: ['::1'] });
    expect(brief(await get())).toEqual(forbidden);
    expect(intruders()).toBe(0);
  });

  it('a private one is no way out where the allowed do not answer', async () => {
    const { get, web, intruders } = await world({ a: ['127.0.0.1', '127.0.0.2'] });
    await web.close();
    expect(brief(await get())).toMatchObject({ kind: 'unreachable', stage: 'connect', reason: 'refused' });
    expect(intruders()).toBe(0);
  });
});

describe('of an IPv4 and an IPv6 address', () => {
  const both = createAddressGuard({ allowed: ['127.0.0.0/8', '::1/128'] });
  const name: DnsName = { a: ['127.0.0.1'], aaaa: ['::1'] };

  const fetchWith = async (name: DnsName, listenOn: string, port = 0) => {
    const server = createServer((socket) => void socket.once('data', () => socket.end(response(200, {}, 'page'))));
    server.listen(port, listenOn);
    await once(server, 'listening');
    afterwards(() => server.close());
    const { dns } = await dnsWorld({ 'shop.example': name });
    const { fetchPage } = fetcherWith({ dns, guard: both });
    return fetchPage(`http://shop.example:${(server.address() as AddressInfo).port}/`);
  };

  it.each(['127.0.0.1', '::1'])('the live one is used where the other refuses: %s', async (live) => {
    expect(textOf(await fetchWith(name, live))).toBe('page');
  });

  it.each([
    ['127.0.0.1', '::1'],
    ['::1', '127.0.0.1'],
  ])('the live one is used where the other, %s, says nothing', async (silent, live) => {
    expect(textOf(await fetchWith(name, live, await deafPortOf(silent)))).toBe('page');
  });

  it('the live one is used where the other is not allowed', async () => {
    expect(textOf(await fetchWith({ a: ['10.0.0.1'], aaaa: ['::1'] }, '::1'))).toBe('page');
    expect(textOf(await fetchWith({ a: ['127.0.0.1'], aaaa: ['fd00::1'] }, '127.0.0.1'))).toBe('page');
  });
});

/** A port of this address where new connections wait for ever: its queue is full. */
const deafPortOf = async (address: string): Promise<number> => {
  const { message } = startProcess('deaf-listener', [address], { ipc: true });
  const { port } = await message<{ port: number }>();
  const [one, two] = [connect(port, address), connect(port, address)];
  afterwards(() => [one, two].map((socket) => socket.on('error', () => undefined).destroy()));
  await Promise.all([once(one, 'connect'), once(two, 'connect')]);
  return port;
};
