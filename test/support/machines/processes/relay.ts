/**
 * Passes TCP connections on to argv[2] (`address:port`), each byte argv[3] ms later in either direction. Listens on the
 * server that its parent sends, or on the port argv[4]; then sends {listening}. Ends with its parent.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

const [to = '', delayText = '0', port = ''] = process.argv.slice(2);
const [host, toPort] = to.split(':');
const delayMs = Number(delayText);

const pass = (from: Socket, into: Socket): void => {
  const later = (act: () => void): void => void (delayMs === 0 ? act() : setTimeout(act, delayMs));
  from.on('data', (chunk) => later(() => into.writable && into.write(chunk)));
  from.once('end', () => later(() => into.end()));
  from.once('error', () => later(() => into.destroy()));
  from.once('close', () => later(() => into.destroy()));
};

const serve = (server: Server): void => {
  server.on('connection', (near) => {
    const far = connect({ host: String(host), port: Number(toPort), noDelay: true });
    near.setNoDelay(true);
    pass(near, far);
    pass(far, near);
  });
  process.send?.({ listening: true });
};

if (port === '') process.once('message', (_, server) => serve(server as Server));
else {
  const server = createServer();
  server.listen(Number(port), '0.0.0.0', () => serve(server));
}
process.once('disconnect', () => process.exit(0));
