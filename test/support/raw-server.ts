import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type RawRequest = {
  /** Request line and headers as they came. */
  head: string;
  socket: Socket;
  /** Number of this request over all connections, from 1, and of its connection. */
  number: number;
  connection: number;
};

export type RawServer = {
  port: number;
  url: (path?: string, host?: string) => string;
  heads: string[];
  connections: () => number;
  openConnections: () => number;
  endConnections: () => void;
  close: () => Promise<void>;
};

/** A host that answers with bytes: for answers that no proper server would give. */
export const startRawServer = async (answer: (request: RawRequest) => void): Promise<RawServer> => {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = requestEnd(received); end !== -1; end = requestEnd(received)) {
        const head = received.slice(0, received.indexOf('\r\n\r\n'));
        received = received.slice(end);
        heads.push(head);
        answer({ head, socket, number: heads.length, connection });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: (path = '/', host = '127.0.0.1') => `http://${host}:${port}${path}`,
    heads,
    connections: () => connections,
    openConnections: () => sockets.size,
    endConnections: () => sockets.forEach((socket) => socket.end()),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

/** Where the first request ends, its body included; -1 when it has not come as a whole. */
const requestEnd = (received: string): number => {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return -1;
  const bodyBytes = Number(/\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1] ?? 0);
  const end = headEnd + 4 + bodyBytes;
  return received.length < end ? -1 : end;
};

/** A response with its content-length. */
export const response = (status: number, headers: Record<string, string>, body: Uint8Array | string = ''): Buffer => {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ 'content-length': String(bytes.length), ...headers }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Words\r\n${lines.join('')}\r\n`, 'latin1'), bytes]);
};
