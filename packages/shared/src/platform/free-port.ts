import { createServer } from 'node:net';

/** Can this loopback port be bound now? Somebody may take it a moment later: the caller must stand that. */
export const isPortFree = (port: number): Promise<boolean> => listensOn(port).then((bound) => bound !== undefined);

/** A loopback port that nobody listens on at this moment. */
export const freePort = async (): Promise<number> => {
  const port = await listensOn(0);
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
};

function listensOn(port: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const server = createServer();
  server.once('error', () => resolve(undefined));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
    const address = server.address();
    const bound = typeof address === 'object' && address !== null ? address.port : undefined;
    server.close(() => resolve(bound));
  });
  return promise;
}
