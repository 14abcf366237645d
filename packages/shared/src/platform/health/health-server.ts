import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, showAddress } from '../../domain/listen-address.ts';
import { createHttpServer } from '../create-http-server.ts';
import { UserError } from '../user-error.ts';
import type { AnswerHealth } from './health-answers.ts';

export type HealthServer = {
  /** `http://127.0.0.1:41231`, with the port that it really has. */
  url: string;
  close: () => Promise<void>;
};

/** A client that is slow to ask or to read is hung up on; one request a connection; so many at once. */
const limits = { requestMs: 2000, silentMs: 5000, headerBytes: 8192, connections: 64 };

/**
 * Serves the answers by GET. Does not keep the process alive. Throws UserError that names the setting when the address
 * cannot be had.
 */
export const startHealthServer = async (address: ListenAddress, answer: AnswerHealth): Promise<HealthServer> => {
  const server = createHttpServer(
    {
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: 500,
      maxHeaderSize: limits.headerBytes,
    },
    (request, response) => void respond(request, response, answer),
  );
  server.timeout = limits.silentMs;
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = 1;
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw unavailable(address, error);
  }
  server.on('error', () => undefined); // too many open files: who asks comes again
  server.unref();
  const { address: host, port } = server.address() as AddressInfo;
  return {
    url: `http://${showAddress({ host, port })}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

async function respond(request: IncomingMessage, response: ServerResponse, answer: AnswerHealth): Promise<void> {
  const say = (status: number, contentType: string, body: string): void => {
    response.writeHead(status, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
    response.end(body);
  };
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    return say(405, 'text/plain', 'only GET\n');
  }
  try {
    const found = await answer(request.url?.split('?', 1)[0] ?? '');
    if (found === undefined) return say(404, 'text/plain', 'only /healthz, /readyz and /metrics\n');
    return say(found.status, found.contentType, found.body);
  } catch {
    return say(500, 'text/plain', 'this page failed\n');
  }
}

function unavailable(address: ListenAddress, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why: Record<string, string> = {
    EADDRINUSE: 'is taken by another process',
    EACCES: 'may not be taken by this user',
    EADDRNOTAVAIL: 'is no address of this machine',
    ENOTFOUND: 'is no address that this machine knows',
  };
  return new UserError(
    `--health / TRAWL_HEALTH: ${showAddress(address)} ${why[code] ?? `cannot be listened on (${code})`}`,
    'Give each process an address of its own, port 0 for any that is free, or off.',
  );
}
