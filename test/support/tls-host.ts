import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './hostile-web/certificate-names.ts';

const pemOf = (name: string): string =>
  readFileSync(new URL(`hostile-web/certificates/${name}.pem`, import.meta.url), 'utf8');

/** An HTTPS server on loopback that shows one of the certificates of the hostile web. `requests`: the Host of each. */
export const startTlsHost = async (
  certificate: Certificate,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('secret'),
) => {
  const requests: string[] = [];
  const server = createServer({ cert: pemOf(certificate), key: pemOf('key') }, (request, response) => {
    requests.push(request.headers.host ?? '');
    answer(request, response);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    port,
    url: (host: string, path = '/') => `https://${host}:${port}${path}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
