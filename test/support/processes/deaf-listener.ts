/**
 * A port at which nothing is ever taken: connections beyond the two that the system keeps for it wait for ever. argv: the
 * address. Sends {port}, then stands still; kill it.
 */
import { createServer } from 'node:net';

const server = createServer();
server.listen({ host: process.argv[2], port: 0, backlog: 1 }, () => {
  process.send?.({ port: (server.address() as { port: number }).port }, () =>
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  );
});
