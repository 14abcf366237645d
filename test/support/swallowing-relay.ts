import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/**
 * A loopback port that leads to another one, until it is told to swallow what goes through the connections of that moment:
 * they stay open, but nothing is heard of the other side any more. Later connections are whole, but for answers that hold a certain text.
 */
export const startSwallowingRelay = async (toPort: number) => {
  const sockets = new Set<Socket>();
  let hidden: string | undefined;
  const withoutHidden = (): Transform =>
    new Transform({
      transform: (chunk: Buffer, _encoding, done) =>
        hidden !== undefined && chunk.includes(hidden) ? done() : done(null, chunk),
    });
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1');
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (from === far) from.pipe(withoutHidden()).pipe(into);
      else from.pipe(into);
      from.on('error', () => into.destroy()).on('close', () => into.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    swallow: (): void => {
      for (const socket of sockets) socket.unpipe().resume();
    },
    hide: (text: string | undefined): void => void (hidden = text),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
