import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostNameOf } from '../../support/pretend-web/answer-request.ts';
import { isLoopback, refuseStrangers } from '../../support/pretend-web/loopback-only.ts';
import { type PretendWeb, startPretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { askWeb } from './ask-web.ts';

let web: PretendWeb;

const connectedTo = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket;
};

beforeEach(async () => {
  web = await startPretendWeb();
});
afterEach(() => web.close());

describe('the pretend web', () => {
  it('is many hosts behind one port', async () => {
    for (const host of ['127.0.0.1', '127.0.0.2', '127.1.2.3']) await askWeb(web.url('/ok', host));
    expect(web.arrivals.hosts()).toEqual(['127.0.0.1', '127.0.0.2', '127.1.2.3']);
  });

  it('tells hosts apart by the Host header', async () => {
    await askWeb(web.url('/ok'), { headers: { host: 'Shop.Example:8080' } });
    expect(web.arrivals.hosts()).toEqual(['shop.example']);
  });

  it('notes when a request came and when its answer was out', async () => {
    await askWeb(web.url('/ok?delay=30'));
    const { startsMs, endsMs } = web.arrivals.of('127.0.0.1');
    expect((endsMs[0] ?? 0) - (startsMs[0] ?? 0)).toBeGreaterThan(28);
  });

  it('sees as many at once as there were', async () => {
    const asked = Array.from({ length: 5 }, () => askWeb(web.url('/drip')).catch(() => 'cut off'));
    await web.arrivals.reached(5);
    expect(web.arrivals.mostAtOnce('127.0.0.1')).toBe(5);
    await web.close();
    expect(await Promise.all(asked)).toEqual(Array(5).fill('cut off'));
  });

  it.each(['destroy', 'resetAndDestroy'] as const)(
    'sees a client leave (%s) before the next request it makes',
    async (leave) => {
      const ask = 'GET /silent HTTP/1.1\r\nHost: a\r\n\r\n';
      let asking = await connectedTo(web.port);
      asking.write(ask);
      for (let n = 1; n <= 20; n += 1) {
        const next = await connectedTo(web.port);
        await web.arrivals.reached(n);
        asking[leave]();
        next.write(ask);
        asking = next;
      }
      await web.arrivals.reached(21);
      expect(web.arrivals.mostAtOnce('a')).toBe(1);
    },
  );

  it('answers 404 for a path it does not have, and says what is wrong with a query', async () => {
    expect((await askWeb(web.url('/robots.txt'))).status).toBe(404);
    const refused = await askWeb(web.url('/json?bytes=many'));
    expect([refused.status, refused.body.toString()]).toEqual([
      400,
      expect.stringContaining('bytes: expected a whole'),
    ]);
  });

  it('shows its log and forgets it when asked to', async () => {
    await askWeb(web.url('/flaky?id=1&fails=1'));
    const dump = JSON.parse((await askWeb(web.url('/_arrivals'))).body.toString());
    expect(dump.hosts['127.0.0.1'].paths).toEqual(['/flaky?id=1&fails=1']);
    await askWeb(web.url('/_reset'), { method: 'POST' });
    expect(JSON.parse((await askWeb(web.url('/_summary'))).body.toString()).hosts).toEqual({});
    expect((await askWeb(web.url('/flaky?id=1&fails=1'))).status).toBe(500);
  });

  it('notes nothing when told not to', async () => {
    const quiet = await startPretendWeb({ recordArrivals: false });
    await askWeb(quiet.url('/ok'));
    expect(quiet.arrivals.summary()).toEqual({ recording: false, notRecorded: 0, hosts: {} });
    await quiet.close();
  });

  it('frees its port on close, even with requests in flight, and may be closed twice', async () => {
    const asking = request(web.url('/silent')).end();
    const failed = once(asking, 'error');
    await web.arrivals.reached(1);
    await web.close();
    await web.close();
    await failed;
    const again = await startPretendWeb({ port: web.port });
    expect(again.port).toBe(web.port);
    await again.close();
  });

  it('holds a thousand answers at once', async () => {
    const asked = Array.from({ length: 1000 }, () => askWeb(web.url('/json?delay=300')));
    const answers = await Promise.all(asked);
    expect(answers.every(({ status, body }) => status === 200 && body.length === 1024)).toBe(true);
  });
});

describe('strangers', () => {
  it.each(['127.0.0.1', '127.200.3.4', '::1', '::ffff:127.0.0.1'])('%s is loopback', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['10.0.0.1', '128.0.0.1', '1.127.0.0', '::ffff:10.0.0.1', 'fe80::1', '', undefined])(
    '%s is not',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );
});

describe('callers of a named network', () => {
  const isCutOff = (remoteAddress: string | undefined, networks: string[]): boolean => {
    let destroyed = false;
    refuseStrangers(networks)({ remoteAddress, destroy: () => (destroyed = true) } as unknown as Socket);
    return destroyed;
  };

  it.each(['10.1.0.1', '10.1.255.254', '10.2.0.7', '127.0.0.1'])('%s is served', (address) => {
    expect(isCutOff(address, ['10.1.0.0/16', '10.2.0.0/24'])).toBe(false);
  });

  it.each(['10.2.1.1', '11.1.0.1', 'fe80::1', undefined])('%s is not', (address) => {
    expect(isCutOff(address, ['10.1.0.0/16', '10.2.0.0/24'])).toBe(true);
  });

  it.each(['10.1.0.0', '10.1/16', 'shop.example/8', '10.1.0.0/33'])('%s is no network', (network) => {
    expect(() => refuseStrangers([network])).toThrow(network);
  });
});

describe('a host name', () => {
  it.each([
    ['Shop.Example:8080', 'shop.example'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]:80', '[::1]'],
    [undefined, ''],
  ])('%s is read as "%s"', (header, name) => {
    expect(hostNameOf(header)).toBe(name);
  });
});
