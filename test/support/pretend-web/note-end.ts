import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const endOf = new WeakMap<Socket, () => void>();

/**
 * A request is over when its response was handed to the system, or when its client left. Node tells of the latter only
 * after all other input of the same turn of the event loop, among it perhaps the next request of that client on another
 * connection, which would then look like one too many at once. The socket itself knows earlier: see `watchForLeaving`.
 */
export const noteEnd = (request: IncomingMessage, response: ServerResponse, ended: () => void): void => {
  endOf.set(request.socket, ended);
  response.once('close', ended);
};

export const watchForLeaving = (socket: Socket): void => {
  const left = (): void => endOf.get(socket)?.();
  socket.once('end', left);
  socket.once('error', left);
};
