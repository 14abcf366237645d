/**
 * Every address of the world, in a namespace where all of them lead here. The two of argv[2] and argv[3] are those of a public
 * host; what arrives at any other address is written down. Also the name server of that world, on port 53: its names come as
 * the first message. Sends {listening}; answers every later message with what arrived.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createHttpServer } from '@trawl/shared/platform/create-http-server.ts';
import { type DnsName, startPretendDns } from '../../pretend-dns.ts';

const [publicIpv4, publicIpv6] = process.argv.slice(2);
const ports = [80, 443, 8080];

/** Longer than the shortest time for which a worker keeps an address. */
const holdMs = 1200;

const arrivals: string[] = [];
let publicConnections = 0;

/** Headers are bytes: as many servers do, this one writes UTF-8. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** As URLs have it; an IPv4 address stands in an IPv6 address at a socket of both. */
const spelled = (address: string): string =>
  /^::ffff:(\d+\..*)$/.exec(address)?.[1] ?? new URL(`http://[${address}]`).hostname.slice(1, -1);

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://here.example');
  const [, act, status = ''] = url.pathname.split('/');
  if (act === 'to') response.writeHead(Number(status), { location: bytesOf(url.searchParams.get('to') ?? '') });
  else if (act === 'again') {
    await delay(holdMs);
    response.writeHead(302, { location: '/then', connection: 'close' });
  } else response.writeHead(act === 'robots.txt' ? 404 : 200);
  response.end();
};

const serverAt = async (port: number): Promise<void> => {
  const server = createHttpServer((request, response) => void answer(request, response));
  server.on('connection', ({ localAddress = '' }) => {
    const address = spelled(localAddress);
    if (address === publicIpv4 || address === publicIpv6) publicConnections += 1;
    else arrivals.push(address);
  });
  server.listen(port, '::');
  await once(server, 'listening');
};

const [names] = (await once(process, 'message')) as [Record<string, DnsName>];
await startPretendDns(names, { port: 53 });
await Promise.all(ports.map(serverAt));
process.on('message', () => process.send?.({ arrivals, publicConnections }));
process.once('disconnect', () => process.exit(0));
process.send?.({ listening: true });
