import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { afterwards, answering, brief, cleanUp, fetcherWith, textOf, world } from '../../support/fetch-world.ts';
import { type RawRequest, response, startRawServer } from '../../support/raw-server.ts';
import { selfSigned } from '../../support/self-signed.ts';

afterEach(cleanUp);

describe('a time limit', () => {
  it('ends the wait for a name or a connection', async () => {
    const { fetchPage } = fetcherWith({ dns: { lookup: () => undefined } });
    const outcome = await fetchPage('http://slow.example/', { connectTimeoutMs: 50 });
    expect(brief(outcome)).toEqual({ kind: 'timed-out', stage: 'connect' });
  });

  it('leaves no attempt to connect behind', async () => {
    let answerLate = () => undefined as unknown;
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      answerLate = () => callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const { host, fetchPage } = await world(({ socket }) => socket.write(response(200, {})), { dns: { lookup } });
    await fetchPage(host.url('/', 'slow.example'), { connectTimeoutMs: 50 });
    answerLate();
    await fetchPage(host.url());
    expect(host.connections()).toBe(1);
  });

  it('ends the wait for the head', async () => {
    const { host, fetchPage } = await world(() => undefined);
    expect(brief(await fetchPage(host.url(), { headersTimeoutMs: 50 }))).toEqual({
      kind: 'timed-out',
      stage: 'headers',
    });
  });

  it('ends the wait for more of the body', async () => {
    const { host, fetchPage } = await answering('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell');
    expect(brief(await fetchPage(host.url(), { bodyTimeoutMs: 50 }))).toEqual({ kind: 'timed-out', stage: 'body' });
  });

  it('of all ends a drip', async () => {
    const { host, fetchPage } = await world(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const settings = { totalTimeoutMs: 200, bodyTimeoutMs: 20_000 };
    expect(brief(await fetchPage(host.url(), settings))).toEqual({ kind: 'timed-out', stage: 'total' });
  });

  it('blames no host for the time in which its own process stood still', async () => {
    const { host, fetchPage } = await world(({ socket }) => {
      for (const endMs = performance.now() + 1200; performance.now() < endMs; );
      socket.write(response(200, {}));
    });
    expect((await fetchPage(host.url(), { headersTimeoutMs: 400 })).kind).toBe('answered');
  });

  it("is each run's own, on the same connection", async () => {
    const { host, fetchPage } = await world(({ socket, number }) => number !== 2 && socket.write(response(200, {})));
    await fetchPage(host.url(), { headersTimeoutMs: 40_000 });
    expect(brief(await fetchPage(host.url(), { headersTimeoutMs: 50 }))).toMatchObject({ stage: 'headers' });
    expect((await fetchPage(host.url(), { headersTimeoutMs: 40_000 })).kind).toBe('answered');
  });
});

describe('a connection that breaks', () => {
  const reset = { kind: 'cut-short', why: 'reset' };

  it.each([
    ['closed', (socket: RawRequest['socket']) => socket.destroy()],
    ['reset', (socket: RawRequest['socket']) => socket.resetAndDestroy()],
  ])('before the head (%s) is a reset', async (_, end) => {
    const { host, fetchPage } = await world(({ socket }) => end(socket));
    expect(brief(await fetchPage(host.url()))).toEqual(reset);
    expect(host.heads).toHaveLength(1);
  });

  it.each([
    ['content-length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell'],
    ['content-length on a last response', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhell'],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhell'],
    [
      'chunks on a last response',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhell',
    ],
  ])('within the body is a reset: %s', async (_, bytes) => {
    const { host, fetchPage } = await world(({ socket }) => socket.end(bytes));
    expect(brief(await fetchPage(host.url()))).toEqual({ ...reset, status: 200 });
  });

  const closingWhenUsedAgain = ({ socket, number }: RawRequest) =>
    number === 2 ? socket.destroy() : socket.write(response(200, {}, `answer ${number}`));

  it('just as it is used again is replaced once, at once', async () => {
    const { host, fetchPage } = await world(closingWhenUsedAgain);
    await fetchPage(host.url());
    expect(textOf(await fetchPage(host.url()))).toBe('answer 3');
    expect(host.connections()).toBe(2);
  });

  it('again after it was replaced is a reset', async () => {
    const { host, fetchPage } = await world(({ socket, number }) =>
      number === 1 ? socket.write(response(200, {})) : socket.destroy(),
    );
    await fetchPage(host.url());
    expect(brief(await fetchPage(host.url()))).toEqual(reset);
    expect(host.heads).toHaveLength(3);
  });

  it('under a POST is not replaced', async () => {
    const { host, fetchPage } = await world(closingWhenUsedAgain);
    await fetchPage(host.url());
    expect(brief(await fetchPage(host.url(), {}, { overrides: { method: 'POST' } }))).toEqual(reset);
    expect(host.heads).toHaveLength(2);
  });

  it('in the head of its second answer is replaced, in the body not', async () => {
    const breaksOff = (bytes: string) => (request: RawRequest) =>
      request.number === 2 ? void request.socket.end(bytes) : void request.socket.write(response(200, {}, 'good'));
    for (const [bytes, ends, requests] of [
      ['HTTP/1.1 200 OK\r\n', 'answered', 3],
      ['HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', 'cut-short', 2],
    ] as const) {
      const { host, fetchPage } = await world(breaksOff(bytes));
      await fetchPage(host.url());
      expect(await fetchPage(host.url())).toMatchObject({ kind: ends });
      expect(host.heads).toHaveLength(requests);
    }
  });
});

describe('a host that is not there', () => {
  it('by name is unreachable for good', async () => {
    const { fetchPage } = fetcherWith();
    const outcome = await fetchPage('http://shop.invalid/');
    expect(brief(outcome)).toEqual({ kind: 'unreachable', stage: 'dns', reason: 'no-such-host', temporary: false });
  });

  it('at its port is unreachable for now', async () => {
    const { port, close } = await startRawServer(() => undefined);
    await close();
    const { fetchPage } = fetcherWith();
    for (const name of ['127.0.0.1', 'localhost']) {
      const outcome = await fetchPage(`http://${name}:${port}/`);
      expect(brief(outcome)).toEqual({ kind: 'unreachable', stage: 'connect', reason: 'refused', temporary: true });
    }
  });
});

describe('TLS', () => {
  const tlsHost = async () => {
    const server = createTlsServer(selfSigned, (_, res) => res.end('secret'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterwards(() => {
      server.closeAllConnections();
      server.close();
    });
    return (name: string) => `https://${name}:${(server.address() as AddressInfo).port}/`;
  };
  const refused = (reason: string) => ({ kind: 'unreachable', stage: 'tls', reason, temporary: false });

  it('with a certificate that is trusted is an answer', async () => {
    const url = await tlsHost();
    const { fetchPage } = fetcherWith({ ca: selfSigned.cert });
    expect(textOf(await fetchPage(url('localhost')))).toBe('secret');
  });

  it('with a certificate that nobody signed is refused', async () => {
    const url = await tlsHost();
    expect(brief(await fetcherWith().fetchPage(url('localhost')))).toEqual(refused('certificate-self-signed'));
  });

  it("with another host's certificate is refused", async () => {
    const url = await tlsHost();
    const { fetchPage } = fetcherWith({ ca: selfSigned.cert });
    expect(brief(await fetchPage(url('127.0.0.1')))).toEqual(refused('certificate-wrong-host'));
  });

  it('with a host that does not speak it is refused', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('hello, this is no TLS'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterwards(() => server.close());
    const { port } = server.address() as AddressInfo;
    expect(brief(await fetcherWith().fetchPage(`https://localhost:${port}/`))).toEqual(refused('not-tls'));
  });
});
