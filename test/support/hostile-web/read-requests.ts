import type { Socket } from 'node:net';
import type { HostRequest } from './hostile-case.ts';

type ReadRequest = Pick<HostRequest, 'head' | 'method' | 'path' | 'header' | 'body'>;

/** Takes the requests of a connection apart, one by one. */
export const readRequests = (socket: Socket, onRequest: (request: ReadRequest) => void): void => {
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    for (;;) {
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const request = requestOf(received.slice(0, headEnd));
      const end = headEnd + 4 + Number(request.header('content-length') ?? 0);
      if (received.length < end) return;
      const body = received.slice(headEnd + 4, end);
      received = received.slice(end);
      onRequest({ ...request, body });
    }
  });
};

const requestOf = (head: string): Omit<ReadRequest, 'body'> => {
  const [line = '', ...lines] = head.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = new Map(lines.map((text) => [text.split(':', 1)[0]?.toLowerCase(), text.replace(/^[^:]*: */, '')]));
  return { head, method, path, header: (name) => headers.get(name) };
};
